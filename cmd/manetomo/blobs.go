package main

import (
	"os"
	"path/filepath"

	"github.com/manetomo/manetomo/internal/file/blob"
)

// blobs opens the store of files: the data folder, or an S3-compatible store when one is configured.
func (p *program) blobs() (blob.Store, error) {
	s3 := p.common.S3
	if s3.Endpoint != "" {
		return blob.OpenS3(p.ctx, blob.S3Options{Endpoint: s3.Endpoint, Bucket: s3.Bucket,
			AccessKey: s3.AccessKey, SecretKey: s3.SecretKey, Region: s3.Region})
	}
	dir := filepath.Join(p.common.Data, "files")
	return blob.Folder{Dir: dir}, os.MkdirAll(dir, 0o700)
}
