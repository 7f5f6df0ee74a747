package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/e2e/site"
)

// api speaks the JSON API to one node, as a program of a municipality would.
type api struct {
	t     testing.TB
	base  string
	token string
}

// token asks the command line for an operator's token of a demo person.
func token(t testing.TB, s *site.Site, email string) string {
	t.Helper()
	out, code := s.Run("token", "create", "--email", email, "--scope", "read,write,admin")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || lines[len(lines)-1] == "" {
		t.Fatalf("token create ended with %d:\n%s", code, out)
	}
	return lines[len(lines)-1]
}

// try sends one request. An answer that is not 2xx is an error, and so is no answer at all.
func (a api) try(method, path, key string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, a.base+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	client := http.Client{Timeout: 40 * time.Second}
	got, err := client.Do(request)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	text, err = io.ReadAll(got.Body)
	if err != nil {
		return err
	}
	if got.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s answered %d: %s", method, path, got.StatusCode, text)
	}
	if answer == nil || len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, answer)
}

func (a api) do(method, path string, body, answer any) {
	a.t.Helper()
	if err := a.try(method, path, "", body, answer); err != nil {
		a.t.Fatal(err)
	}
}

// topic is what the API says of a new topic.
type topic struct {
	ID  string `json:"id"`
	URL string `json:"url"`
	N   int64  `json:"n"`
}

func (a api) newTopic(title string) topic {
	a.t.Helper()
	var made topic
	a.do("POST", "/api/v1/topics", map[string]any{"title": title, "body": "はじめの投稿です。", "audience": "members"}, &made)
	return made
}

// post is one post of a topic.
type post struct {
	ID     string `json:"id"`
	Number int64  `json:"number"`
	Body   string `json:"body"`
}

// posts reads all posts of a topic, a page at a time.
func (a api) posts(topic string) []post {
	a.t.Helper()
	var all []post
	for after := int64(0); ; {
		var page struct {
			Posts []post `json:"posts"`
			Next  *int64 `json:"next"`
		}
		a.do("GET", fmt.Sprintf("/api/v1/topics/%s/posts?after=%d&limit=100", topic, after), nil, &page)
		all = append(all, page.Posts...)
		if page.Next == nil || *page.Next <= after {
			return all
		}
		after = *page.Next
	}
}

// hits are the titles that a search finds.
func (a api) hits(query string) []string {
	a.t.Helper()
	var found struct {
		Hits []struct {
			Title string `json:"title"`
		} `json:"hits"`
	}
	a.do("GET", "/api/v1/search?"+query, nil, &found)
	var titles []string
	for _, hit := range found.Hits {
		titles = append(titles, hit.Title)
	}
	return titles
}

// upload sends a file as the part "file".
func (a api) upload(path, name string, content []byte) (int, string) {
	a.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		a.t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		a.t.Fatal(err)
	}
	w.Close()
	return a.send("POST", path, w.FormDataContentType(), &body)
}

// jsonText writes JSON that keeps invalid bytes in strings as they are, for sending what no encoder would.
func jsonText(t testing.TB, value any) string {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(text.String(), `\ufffd`, "\xff")
}
