package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Site is the running site that is measured.
type Site struct {
	URL     *url.URL
	Token   string
	Process int // its process on this machine, 0 when it is elsewhere

	client http.Client
}

// NewSite looks at an address. The token must be one of `manetomo token create`: those carry no limits.
func NewSite(address, token string, process int) (*Site, error) {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%s is no address of a site", address)
	}
	s := &Site{URL: u, Token: token, Process: process}
	s.client = http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	return s, nil
}

// topic is a topic of the bench's own, where it stands.
type topic struct {
	ID string `json:"id"`
	N  int64  `json:"n"`
}

func (s *Site) open(ctx context.Context, audience string) (t topic, err error) {
	err = s.post(ctx, "/api/v1/topics", "", map[string]any{"title": "計測", "body": "この話し合いは計測のためのものです。", "audience": audience}, &t)
	return t, err
}

// say posts a text of 400 bytes that begins with words. key makes a repeat harmless.
func (s *Site) say(ctx context.Context, t topic, words, key string) error {
	words += " "
	body := words + strings.Repeat("x", max(0, 400-len(words)))
	return s.post(ctx, "/api/v1/topics/"+t.ID+"/posts", key, map[string]any{"body": body}, nil)
}

func (s *Site) post(ctx context.Context, path, key string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL.String()+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	return s.do(req, http.StatusCreated, out)
}

func (s *Site) get(ctx context.Context, path string, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL.String()+path, nil)
	if err != nil {
		return err
	}
	return s.do(req, http.StatusOK, out)
}

func (s *Site) do(req *http.Request, want int, out any) error {
	req.Header.Set("Authorization", "Bearer "+s.Token)
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return err
	case res.StatusCode != want:
		return &refused{req.URL.Path, res.StatusCode, string(text)}
	case out == nil:
		return nil
	}
	return json.Unmarshal(text, out)
}

// refused is an answer that the site gave on purpose, not a broken connection.
type refused struct {
	path   string
	status int
	text   string
}

func (r *refused) Error() string { return fmt.Sprintf("%s answered %d: %s", r.path, r.status, r.text) }

func isRefused(err error) bool {
	var r *refused
	return errors.As(err, &r) && r.status < 500
}

// bodies reads all posts of a topic.
func (s *Site) bodies(ctx context.Context, t topic) (all []string, err error) {
	for after := int64(0); ; {
		var page struct {
			Posts []struct {
				Number int64
				Body   string
			}
			Next int64
		}
		if err := s.get(ctx, fmt.Sprintf("/api/v1/topics/%s/posts?after=%d&limit=100", t.ID, after), &page); err != nil {
			return nil, err
		}
		for _, p := range page.Posts {
			if p.Number != int64(len(all))+1 {
				return nil, fmt.Errorf("after post %d comes %d", len(all), p.Number)
			}
			all = append(all, p.Body)
		}
		if page.Next == 0 {
			return all, nil
		}
		after = page.Next
	}
}
