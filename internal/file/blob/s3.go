package blob

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 is a store that speaks S3, so that several nodes share their files.
type S3 struct {
	client *minio.Client
	bucket string
}

// S3Options say where the store is.
type S3Options struct {
	Endpoint, Bucket, AccessKey, SecretKey, Region string
}

// OpenS3 connects to a store and makes the bucket when it is not there yet.
func OpenS3(ctx context.Context, o S3Options) (*S3, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("the store's address %q is not like https://s3.example.jp", o.Endpoint)
	}
	client, err := minio.New(u.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""),
		Secure: u.Scheme == "https",
		Region: o.Region,
	})
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", u.Host, err)
	}
	s := &S3{client, o.Bucket}
	there, err := client.BucketExists(ctx, o.Bucket)
	if err != nil {
		return nil, fmt.Errorf("look for bucket %s at %s: %w", o.Bucket, u.Host, err)
	}
	if !there {
		err := client.MakeBucket(ctx, o.Bucket, minio.MakeBucketOptions{Region: o.Region})
		if code := minio.ToErrorResponse(err).Code; err != nil && code != "BucketAlreadyOwnedByYou" { // another node was first
			return nil, fmt.Errorf("make bucket %s: %w", o.Bucket, err)
		}
	}
	return s, nil
}

// Put sends a blob. The store answers when it is durable there.
func (s *S3) Put(ctx context.Context, name string, r io.Reader, size int64) error {
	if err := check(name); err != nil {
		return err
	}
	_, err := s.client.PutObject(ctx, s.bucket, name, r, size, minio.PutObjectOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return fmt.Errorf("put blob %s: %w", name, err)
	}
	return nil
}

// Get opens a blob; what is read of it is fetched by range.
func (s *S3) Get(ctx context.Context, name string) (*Blob, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	object, err := s.client.GetObject(ctx, s.bucket, name, minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("get blob %s: %w", name, err)
	}
	info, err := object.Stat()
	if err != nil {
		object.Close()
		if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
			return nil, fmt.Errorf("%w: %s", ErrMissing, name)
		}
		return nil, fmt.Errorf("get blob %s: %w", name, err)
	}
	return &Blob{object, info.Size, info.LastModified}, nil
}

// Delete removes a blob.
func (s *S3) Delete(ctx context.Context, name string) error {
	if err := check(name); err != nil {
		return err
	}
	if err := s.client.RemoveObject(ctx, s.bucket, name, minio.RemoveObjectOptions{}); err != nil {
		return fmt.Errorf("delete blob %s: %w", name, err)
	}
	return nil
}

// List goes through all blobs.
func (s *S3) List(ctx context.Context, each func(name string, modified time.Time) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			return fmt.Errorf("list blobs: %w", o.Err)
		}
		if check(o.Key) != nil {
			continue // not ours
		}
		if err := each(o.Key, o.LastModified); err != nil {
			return err
		}
	}
	return nil
}
