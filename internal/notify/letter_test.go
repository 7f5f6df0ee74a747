package notify_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/config"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/mail"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// postOffice is a small mail server. It keeps what it was given.
func postOffice(t *testing.T) (port int, letters <-chan string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	got := make(chan string, 10)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go take(c, got)
		}
	}()
	return ln.Addr().(*net.TCPAddr).Port, got
}

// take speaks SMTP as far as one letter needs it.
func take(c net.Conn, got chan<- string) {
	defer c.Close()
	say := func(s string) { fmt.Fprintf(c, "%s\r\n", s) }
	say("220 test")
	in := bufio.NewScanner(c)
	for in.Scan() {
		switch word, _, _ := strings.Cut(in.Text(), " "); strings.ToUpper(word) {
		case "EHLO":
			say("250-test\r\n250 8BITMIME")
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for in.Scan() && in.Text() != "." {
				b.WriteString(in.Text() + "\n")
			}
			got <- b.String()
			say("250 kept")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestReplyIsToldByOneLetterWithoutItsText(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		defer stop()
		members, talks, notices := member.New(d), &talk.Service{DB: d}, &notify.Service{DB: d}
		var samples []member.Sample
		for _, name := range []string{"hanako", "taro"} {
			samples = append(samples, member.Sample{Provider: "test", Subject: name, Name: "見本 " + name, Email: name + "@example.jp", Municipality: "990001",
				Parts: []member.SamplePart{{Year: 2023, Course: "regular", Role: member.Alumnus, Team: "みどり見本市"}}})
		}
		ids, err := members.AddSamples(ctx, samples)
		if err != nil {
			t.Fatal(err)
		}
		viewer := func(name string) access.Viewer {
			v, err := members.Viewer(ctx, ids[name+"@example.jp"])
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		topic, err := talks.Open(ctx, viewer("hanako"), talk.NewTopic{Title: "窓口の待ち時間", Body: "どう減らしましたか。",
			Audience: access.Audience{Rung: access.Members}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := talks.Post(ctx, viewer("taro"), topic.ID, talk.NewPost{Body: "ここだけの話です。"}); err != nil {
			t.Fatal(err)
		}
		port, letters := postOffice(t)
		sender := mail.NewSender(config.SMTP{Host: "127.0.0.1", Port: port, From: "マネ友 <manetomo@example.jp>", TLS: "none"}, "example.jp")
		go notices.Follow(ctx, true)
		go notices.Post(ctx, sender, "https://manetomo.example.jp", members.Viewer)

		var letter string
		select {
		case letter = <-letters:
		case <-ctx.Done():
			t.Fatal("no letter came")
		}
		for _, want := range []string{"To: <hanako@example.jp>", "Auto-Submitted: auto-generated", "Message-ID: <"} {
			if !strings.Contains(letter, want) {
				t.Errorf("the letter lacks %q:\n%s", want, letter)
			}
		}
		for {
			written := d.Written()
			var states []string
			if err := d.Read().NewSelect().Table("mail").Column("state").Scan(ctx, &states); err != nil {
				t.Fatal(err)
			}
			if len(states) == 1 && states[0] == "sent" {
				break
			}
			select {
			case <-written:
			case <-ctx.Done():
				t.Fatalf("letters stand as %v; want one that was sent", states)
			}
		}
		if len(letters) != 0 {
			t.Error("the letter was sent twice")
		}
	})
}
