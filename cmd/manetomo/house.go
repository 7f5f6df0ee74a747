package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/internal/auth/demoprovider"
	"github.com/manetomo/manetomo/internal/config"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/file/pdfium"
	"github.com/manetomo/manetomo/internal/live"
	"github.com/manetomo/manetomo/internal/mail"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/postersession"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/vocabulary"
	"github.com/manetomo/manetomo/internal/watch"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web"
)

// Bounds of the document reader (contract §5).
const (
	pdfMemory   = 256 << 20
	pdfPageTime = 20 * time.Second
)

// house is everything that serve runs, wired together: services over one database, followers over its log.
type house struct {
	site      *web.Site
	handler   http.Handler
	followers []follower
	closers   []func() error
	demo      *demoprovider.Provider
}

// newHouse wires the services. It starts nothing.
func newHouse(p *program, c *serveCmd, d *db.DB, ln net.Listener) (*house, error) {
	proxies, err := config.Networks(c.TrustedProxies)
	if err != nil {
		return nil, err
	}
	readers, err := config.Networks(c.MetricsFrom)
	if err != nil {
		return nil, err
	}
	h := &house{}
	s := &web.Site{DB: d, Log: slog.Default(), BaseURL: c.Base(ln.Addr()), Demo: c.Demo, TrustedProxies: proxies, MetricsFrom: readers,
		Contact: c.Contact, Members: member.New(d), Archive: &archive.Service{DB: d}, Talk: &talk.Service{DB: d},
		Curate: &curate.Service{DB: d}, Notify: &notify.Service{DB: d}, Sessions: &postersession.Service{DB: d}}
	h.site = s
	if err := h.signIn(p, c, d); err != nil {
		return nil, err
	}
	s.Index, err = search.Open(p.indexDir(), searchOptions())
	if err != nil {
		return nil, err
	}
	h.closers = append(h.closers, s.Index.Close)
	s.Words, s.Misses = &vocabulary.Service{DB: d}, vocabulary.NewMisses(d)
	h.followers = append(h.followers, s.Misses.Run)
	h.followers = append(h.followers, func(ctx context.Context) error { return s.Words.Follow(ctx, s.Index.SetVocabulary) })
	s.Watch = &watch.Service{DB: d, Index: s.Index, Viewer: s.Members.Viewer}
	if err := h.files(p, c, d); err != nil {
		return nil, err
	}
	h.followers = append(h.followers, func(ctx context.Context) error { return s.Index.Follow(ctx, d) })
	if s.Hub, err = live.New(p.ctx, d, s.BaseURL); err != nil {
		return nil, err
	}
	h.followers = append(h.followers, s.Hub.Run, d.ForgetClaims, s.Watch.Follow, s.Talk.SweepHourly)
	h.letters(c)
	if err := h.inhabit(p); err != nil {
		return nil, err
	}
	h.handler = s.Handler()
	if h.demo != nil {
		h.handler = beside(h.demo, h.handler)
	}
	return h, nil
}

// signIn reads the ways in, and mounts the demo's own provider with --demo.
func (h *house) signIn(p *program, c *serveCmd, d *db.DB) error {
	providers, err := config.Providers(p.environ)
	if err != nil {
		return exit{exitUsage, err}
	}
	o := auth.Options{BaseURL: h.site.BaseURL, Providers: providers, TrustedEmail: c.TrustedEmail, Transport: http.DefaultTransport}
	if c.Demo {
		if h.demo, err = demoprovider.New(h.site.BaseURL+"/demo-provider", demoprovider.People()); err != nil {
			return fmt.Errorf("demo provider: %w", err)
		}
		o.Providers = append(o.Providers, h.demo.Config())
		o.Transport = h.demo.Transport(o.Transport)
	}
	h.site.Auth = auth.New(d, h.site.Members, o)
	return nil
}

// files opens the store of files and adds the worker that reads them.
func (h *house) files(p *program, c *serveCmd, d *db.DB) error {
	store, err := p.blobs()
	if err != nil {
		return err
	}
	temp := filepath.Join(p.common.Data, "uploads")
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return fmt.Errorf("folder for uploads under way: %w", err)
	}
	h.site.Files = &file.Service{DB: d, Blobs: store, Temp: temp}
	h.site.Talk.Files = h.site.Files
	h.site.Bulk = newBulk(d, h.site.Archive, h.site.Files, p.common.Data)
	o := pdfium.Options{CacheDir: c.PDFCache, MemoryLimit: pdfMemory, PageTimeout: pdfPageTime}
	if o.CacheDir == "" {
		o.CacheDir = filepath.Join(p.common.Data, "cache", "pdfium")
	}
	h.followers = append(h.followers,
		func(ctx context.Context) error { return h.site.Files.Work(ctx, o, runtime.NumCPU()) },
		h.site.Files.SweepHourly, h.site.Bulk.Work)
	return nil
}

// letters adds the followers that write notices and, with a mail server, send them.
func (h *house) letters(c *serveCmd) {
	n := h.site.Notify
	host := "manetomo"
	if u, err := url.Parse(h.site.BaseURL); err == nil {
		host = u.Hostname()
	}
	sender := mail.NewSender(c.SMTP, host)
	h.followers = append(h.followers, func(ctx context.Context) error { return n.Follow(ctx, sender != nil) })
	if sender != nil {
		h.followers = append(h.followers, func(ctx context.Context) error {
			return n.Post(ctx, sender, h.site.BaseURL, h.site.Members.Viewer)
		})
	}
}

// beside mounts the demo provider next to the site, outside of its middleware: it is another site by its nature.
func beside(provider *demoprovider.Provider, site http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(provider.Path(), provider)
	mux.Handle("/", site)
	return mux
}

// welcome prints where the site is and what to do first.
func (h *house) welcome(p *program) error {
	fmt.Fprintf(p.out, "listening on %s\n", h.site.BaseURL)
	if h.demo != nil {
		fmt.Fprintf(p.out, "\nThis is a demonstration. Open %s/signin, choose 「%s」 and pick one of the demo people.\n",
			h.site.BaseURL, h.demo.Config().Label)
		return nil
	}
	if len(h.site.Auth.Choices()) == 0 {
		fmt.Fprintln(p.out, "\nNobody can sign in yet: set a sign-in provider in the environment, such as"+
			"\n  MANETOMO_OIDC_CITY_ISSUER, MANETOMO_OIDC_CITY_CLIENT_ID and MANETOMO_OIDC_CITY_CLIENT_SECRET"+
			"\n  (its callback address: "+h.site.BaseURL+"/auth/city/callback); docs/operate.md tells the rest. `manetomo doctor` checks it.")
	}
	has, err := h.site.Members.HasSecretariat(p.ctx)
	if err != nil {
		return err
	}
	if !has {
		fmt.Fprintln(p.out, "\nThe site is closed and has no secretariat yet. Make a link for its first one:\n  manetomo invite --role secretariat")
	}
	return nil
}

func (h *house) close() error {
	var errs []error
	for i := len(h.closers) - 1; i >= 0; i-- {
		errs = append(errs, h.closers[i]())
	}
	return errors.Join(errs...)
}
