package file

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/manetomo/manetomo/internal/apperr"
)

// tempName is what uploads under way are called.
const tempName = "upload-*"

// Taken is an upload that has passed everything that can be said at once. It lies in a temporary file.
type Taken struct {
	name   string
	alt    string
	kind   Type
	size   int64
	sha256 string
	temp   *os.File

	width, height int // of a picture, the way up that it is shown

	transfer string   // the upload in pieces that it was
	secrets  []string // what its file said beside the picture, and what was left out
}

// Size is how large the file is as it will be kept.
func (t *Taken) Size() int64 { return t.size }

// Discard removes the temporary file. What was kept stays.
func (t *Taken) Discard() {
	t.temp.Close()
	os.Remove(t.temp.Name())
}

// takeIn reads an upload: what it is, whether it is small enough, and for pictures whether it is whole. It stops
// reading as soon as the answer is no. What a picture's file says beside the picture is left out (see strip).
func takeIn(dir, name, declared string, r io.Reader) (*Taken, error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, full(fmt.Errorf("make folder for uploads: %w", err))
		}
	}
	name = CleanName(name)
	head := make([]byte, sniffed)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	kind, err := Sniff(name, declared, head[:n])
	if err != nil {
		return nil, err
	}
	temp, size, err := spool(dir, head[:n], r)
	if err != nil {
		return nil, err
	}
	t := &Taken{name: name, kind: kind, size: size, temp: temp}
	if kind.Picture() {
		err = t.cleanPicture(dir)
	} else if kind.Office() {
		err = t.checkOffice()
	}
	if err != nil {
		t.Discard()
		return nil, err
	}
	if err := t.hash(); err != nil {
		t.Discard()
		return nil, err
	}
	return t, nil
}

// spool copies an upload to a temporary file, up to the limit.
func spool(dir string, head []byte, rest io.Reader) (*os.File, int64, error) {
	temp, err := os.CreateTemp(dir, tempName)
	if err != nil {
		return nil, 0, full(fmt.Errorf("make temporary file: %w", err))
	}
	size, err := io.Copy(temp, io.LimitReader(io.MultiReader(bytes.NewReader(head), rest), MaxSize+1))
	switch {
	case err != nil:
		err = full(fmt.Errorf("read upload: %w", err))
	case size > MaxSize:
		err = tooLarge()
	}
	if err != nil {
		temp.Close()
		os.Remove(temp.Name())
		return nil, 0, err
	}
	return temp, size, nil
}

// cleanPicture checks a picture's size and wholeness, and replaces the temporary file by one without its secrets.
func (t *Taken) cleanPicture(dir string) error {
	if _, err := t.temp.Seek(0, io.SeekStart); err != nil {
		return err
	}
	c, err := checkHeader(t.kind, t.temp)
	if err != nil {
		return err
	}
	if _, err := t.temp.Seek(0, io.SeekStart); err != nil {
		return err
	}
	clean, err := os.CreateTemp(dir, tempName)
	if err != nil {
		return full(err)
	}
	old := *t
	if t.secrets, err = strip(t.kind, clean, t.temp); err != nil {
		clean.Close()
		os.Remove(clean.Name())
		return broken(err)
	}
	t.temp = clean
	old.Discard()
	if t.size, err = clean.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	t.width, t.height = c.Width, c.Height
	turn, err := turnOf(t.kind, io.NewSectionReader(clean, 0, t.size))
	if turn >= 5 {
		t.width, t.height = c.Height, c.Width
	}
	return err
}

// broken is the sentence for a picture that does not read to its end.
func broken(err error) error {
	sentence := "この画像は壊れていて、読み取れませんでした。画像のソフトで開き、保存し直してから選んでください。"
	switch {
	case errors.Is(err, errTruncated):
		sentence = "この画像は途中で切れています。もとのファイルを開いて確かめ、もう一度選んでください。"
	case errors.Is(err, errMoves):
		sentence = "動く画像（アニメーションのWebP）は載せられません。見せたい場面を、PNGかJPEGの画像にして選んでください。"
	case !errors.Is(err, errBroken):
		return full(fmt.Errorf("clean picture: %w", err))
	}
	return &apperr.Error{Kind: apperr.Invalid, Field: "file", Message: sentence, Err: err}
}

func (t *Taken) hash() error {
	if _, err := t.temp.Seek(0, io.SeekStart); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, t.temp); err != nil {
		return err
	}
	t.sha256 = hex.EncodeToString(sum.Sum(nil))
	_, err := t.temp.Seek(0, io.SeekStart)
	return err
}

// full makes of a disk without room the sentence that says so; other errors pass.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &apperr.Error{Kind: apperr.Full, Err: err,
			Message: "保存する場所がいっぱいです。書いた内容はこの画面に残っています。事務局に知らせてから、もう一度お試しください。"}
	}
	return err
}
