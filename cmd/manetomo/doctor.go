package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/internal/config"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file/ocr"
	"github.com/manetomo/manetomo/internal/file/pdfium"
	"github.com/manetomo/manetomo/internal/member"
)

// doctorTime is how long one check may take.
const doctorTime = 15 * time.Second

// doctorCmd looks at everything that serve would need and says in words what is well and what to do. It changes nothing.
type doctorCmd struct {
	config.Site
}

// doctor gathers what was found.
type doctor struct {
	p      *program
	c      *doctorCmd
	failed int
}

func (x *doctor) ok(about, format string, args ...any)   { x.line("○", about, format, args...) }
func (x *doctor) note(about, format string, args ...any) { x.line("△", about, format, args...) }
func (x *doctor) bad(about, format string, args ...any) {
	x.failed++
	x.line("×", about, format, args...)
}

func (x *doctor) line(sign, about, format string, args ...any) {
	fmt.Fprintf(x.p.out, "%s %s：%s\n", sign, about, fmt.Sprintf(format, args...))
}

// Run checks settings, database, files, index, sign-in and letters, in this order.
func (c *doctorCmd) Run(p *program) error {
	x := &doctor{p: p, c: c}
	x.settings()
	d := x.database()
	if d != nil {
		defer d.Close()
	}
	x.files()
	x.readers()
	x.index()
	x.signIn(d)
	x.letters()
	if x.failed > 0 {
		return exit{exitFailed, fmt.Errorf("直すところが %d か所あります", x.failed)}
	}
	fmt.Fprintln(p.out, "直すところはありません。")
	return nil
}

func (x *doctor) settings() {
	if err := x.c.Check(); err != nil {
		x.bad("設定", "%s", strings.ReplaceAll(err.Error(), "\n", "／"))
		return
	}
	switch base := x.c.BaseURL; {
	case base == "":
		x.note("設定", "サイトのアドレス（--base-url）がないので、%s だけで開けます。公開するときは https:// で始まるアドレスを設定してください。", x.c.Listen)
	case !strings.HasPrefix(base, "https://"):
		x.note("設定", "サイトのアドレス %s は https ではありません。試すとき以外は、TLS の代理サーバーを前に置いてください。", base)
	default:
		x.ok("設定", "サイトのアドレスは %s です。", base)
	}
	if x.c.Contact == "" {
		x.note("設定", "事務局の連絡先（--contact）がありません。「困ったとき」のページに出ます。")
	}
}

// database opens the database only if it is there: looking must not make one.
func (x *doctor) database() *db.DB {
	ctx, stop := context.WithTimeout(x.p.ctx, doctorTime)
	defer stop()
	name := "PostgreSQL"
	if x.p.common.DatabaseURL == "" {
		file := filepath.Join(x.p.common.Data, "manetomo.db")
		name = "SQLite（" + file + "）"
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			x.note("データベース", "%s はまだありません。serve を始めると作ります。", name)
			return nil
		}
	}
	d, err := db.Open(ctx, db.Options{URL: x.p.common.DatabaseURL, Dir: x.p.common.Data, Pool: 1})
	if err != nil {
		x.bad("データベース", "%s を開けません：%v", name, err)
		return nil
	}
	pending, err := d.Pending(ctx)
	switch {
	case err != nil:
		x.bad("データベース", "%s の表を読めません：%v", name, err)
	case len(pending) > 0:
		x.note("データベース", "%s は、これから表を %d 回分そろえます。serve（PostgreSQL では --migrate を付けて）か migrate が行います。", name, len(pending))
	default:
		x.ok("データベース", "%s は開けて、表もそろっています。", name)
		return d
	}
	d.Close()
	return nil
}

// files writes, reads and removes a small file where files are kept.
func (x *doctor) files() {
	ctx, stop := context.WithTimeout(x.p.ctx, doctorTime)
	defer stop()
	where := x.p.common.S3.Endpoint
	if where == "" {
		if _, err := os.Stat(x.p.common.Data); errors.Is(err, os.ErrNotExist) {
			x.note("ファイル", "データのフォルダー %s はまだありません。serve を始めると作ります。", x.p.common.Data)
			return
		}
		where = filepath.Join(x.p.common.Data, "files")
	}
	store, err := x.p.blobs()
	if err == nil {
		name := "doctor-" + db.NewID()
		if err = store.Put(ctx, name, bytes.NewReader([]byte("doctor")), 6); err == nil {
			err = store.Delete(ctx, name)
		}
	}
	if err != nil {
		x.bad("ファイル", "%s に書きこめません：%v", where, err)
		return
	}
	x.ok("ファイル", "%s に書きこめます。", where)
}

// readers looks for what reading documents needs beside the program itself.
func (x *doctor) readers() {
	if fonts := pdfium.Fonts(); len(fonts) > 0 {
		x.ok("書体", "書体を埋めこんでいないPDFは、%s で表示します。", strings.Join(fonts, "・"))
	} else {
		x.note("書体", "Noto CJK がないので、書体を埋めこんでいないPDFの日本語は表示できません。Debian では apt-get install fonts-noto-cjk で入ります。")
	}
	ctx, stop := context.WithTimeout(x.p.ctx, doctorTime)
	defer stop()
	switch _, err := ocr.Find(ctx); {
	case errors.Is(err, ocr.ErrNone):
		x.note("文字の読み取り", "tesseract か日本語のデータがないので、画像だけのポスターの文字はさがせません。Debian では apt-get install %s で入ります。", strings.Join(ocr.Packages, " "))
	case err != nil:
		x.bad("文字の読み取り", "tesseract を動かせません：%v", err)
	default:
		x.ok("文字の読み取り", "画像のポスターの文字は tesseract で読み取ります。")
	}
}

func (x *doctor) index() {
	dir := filepath.Join(x.p.common.Data, "index")
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		x.note("検索", "索引はまだありません。serve を始めると、うしろで作ります。")
	case err != nil || !info.IsDir():
		x.bad("検索", "索引のフォルダー %s を開けません。取りのぞくと、次に作り直します。", dir)
	default:
		x.ok("検索", "索引のフォルダーは %s です。壊れたときは、自分で作り直します。", dir)
	}
}

// signIn asks every provider who it is, and whether anybody runs the site.
func (x *doctor) signIn(d *db.DB) {
	providers, err := config.Providers(x.p.environ)
	if err != nil {
		x.bad("ログイン", "%s", strings.ReplaceAll(err.Error(), "\n", "／"))
	}
	base := x.c.BaseURL
	if base == "" {
		base = "http://" + x.c.Listen
	}
	members := member.New(d)
	a := auth.New(d, members, auth.Options{BaseURL: base, Providers: providers})
	var names []string
	for _, p := range providers {
		names = append(names, p.Name)
		ctx, stop := context.WithTimeout(x.p.ctx, doctorTime)
		if err := a.Check(ctx, p.Name); err != nil {
			x.bad("ログイン", "%s につながりません：%v", p.Label, err)
		} else {
			x.ok("ログイン", "%s。先方に登録するアドレスは %s/auth/%s/callback です。", p.Label, base, p.Name)
		}
		stop()
	}
	if len(providers) == 0 && err == nil {
		x.bad("ログイン", "ログインの方法がありません。MANETOMO_OIDC_名前_ISSUER・_CLIENT_ID・_CLIENT_SECRET などを設定してください（試すだけなら serve --demo）。")
	}
	for _, t := range x.c.TrustedEmail {
		if !slices.Contains(names, t) {
			x.bad("ログイン", "MANETOMO_TRUSTED_EMAIL_PROVIDERS の %s は、設定されていません。", t)
		}
	}
	if d == nil {
		return
	}
	switch has, err := members.HasSecretariat(x.p.ctx); {
	case err != nil:
		x.bad("事務局", "調べられません：%v", err)
	case has:
		x.ok("事務局", "います。")
	default:
		x.note("事務局", "まだいません。manetomo invite --role secretariat で、一度だけ使えるリンクを作ってください。")
	}
}

func (x *doctor) letters() {
	switch {
	case x.c.SMTP.Host == "":
		x.note("メール", "送りません（--smtp-host がありません）。お知らせは画面だけに出ます。")
	case x.c.SMTP.TLS == "none":
		x.note("メール", "%s:%d へ、暗号なしで送ります。", x.c.SMTP.Host, x.c.SMTP.Port)
	default:
		x.ok("メール", "%s:%d へ送ります。", x.c.SMTP.Host, x.c.SMTP.Port)
	}
}
