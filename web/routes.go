package web

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/web/api"
	"github.com/manetomo/manetomo/web/archive"
	"github.com/manetomo/manetomo/web/asset"
	"github.com/manetomo/manetomo/web/cite"
	"github.com/manetomo/manetomo/web/collections"
	"github.com/manetomo/manetomo/web/desk"
	"github.com/manetomo/manetomo/web/drafts"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/help"
	"github.com/manetomo/manetomo/web/home"
	"github.com/manetomo/manetomo/web/live"
	"github.com/manetomo/manetomo/web/municipalities"
	"github.com/manetomo/manetomo/web/new"
	"github.com/manetomo/manetomo/web/notes"
	"github.com/manetomo/manetomo/web/notifications"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/posters"
	"github.com/manetomo/manetomo/web/reports"
	"github.com/manetomo/manetomo/web/rooms"
	"github.com/manetomo/manetomo/web/sessions"
	"github.com/manetomo/manetomo/web/similar"
	"github.com/manetomo/manetomo/web/top"
	"github.com/manetomo/manetomo/web/topics"
)

// router gathers the routes of the site.
type router struct {
	mux      *http.ServeMux
	s        *Site
	patterns *[]string // what on has been given: a ServeMux does not tell
}

// on answers a pattern with a page's handler.
func (t router) on(pattern string, h page.Handler) {
	t.mux.Handle(pattern, handle(h))
	*t.patterns = append(*t.patterns, pattern)
}

// leads is a page to which notices lead: who opens it has read them. name is of the id in the pattern, empty for none.
func (t router) leads(pattern string, to notify.Target, name string, h page.Handler) {
	t.on(pattern, func(w http.ResponseWriter, r *http.Request) error {
		if err := t.s.Notify.Opened(r.Context(), page.Viewer(r.Context()), to, r.PathValue(name)); err != nil {
			return err
		}
		return h(w, r)
	})
}

// routes is every URL of the site.
func (s *Site) routes(m *metrics) router {
	t := router{http.NewServeMux(), s, &[]string{}}
	t.mux.Handle("GET /assets/", asset.Handler())
	t.mux.HandleFunc("GET /healthz", s.alive)
	t.mux.HandleFunc("GET /readyz", s.ready)
	t.mux.Handle("GET /metrics", s.serveMetrics(m))
	t.public()
	t.entries()
	t.talk()
	t.search()
	t.desk()
	t.door()
	t.people()
	t.notices()
	t.on("GET /api/v1/openapi.json", api.OpenAPI(s.BaseURL))
	t.on("/", func(http.ResponseWriter, *http.Request) error { return apperr.Missing() })
	return t
}

// public is what explains the site to anybody.
func (t router) public() {
	t.on("GET /{$}", top.Page(t.s.front))
	h := help.New(t.s.Contact)
	t.on("GET /help", h.Index)
	t.on("GET /help/{slug}", h.Page)
	t.on("GET /about", h.About())
	t.on("GET /guide", h.Guide())
	t.on("GET /terms", h.Terms())
	t.on("GET /privacy", h.Privacy())
	t.on("GET /accessibility", h.Accessibility())
	picks := collections.Pages{Curate: t.s.Curate}
	t.on("GET /collections", picks.List)
	t.on("GET /collections/{slug}", picks.Show)
}

// entries is the archive: what alumni leave.
func (t router) entries() {
	t.on("GET /e/{id}", t.s.entry)
	quoted := cite.Pages{Archive: t.s.Archive, Files: t.s.Files, BaseURL: t.s.BaseURL}
	t.on("GET /e/{id}/cite.bib", quoted.BibTeX)
	t.on("GET /e/{id}/cite.ris", quoted.RIS)
	t.on("GET /e/{id}/card.jpg", quoted.Card)
	towns := municipalities.Pages{Archive: t.s.Archive, Files: t.s.Files, Members: t.s.Members}
	t.on("GET /municipalities", municipalities.List)
	t.on("GET /municipalities/{code}", towns.Show)
	a := api.Entries{Archive: t.s.Archive, Files: t.s.Files}
	t.on("POST /api/v1/entries", a.Create)
	t.on("GET /api/v1/entries", a.List)
	t.on("GET /api/v1/entries/{id}", a.Get)
	t.on("PATCH /api/v1/entries/{id}", a.Change)
	t.on("DELETE /api/v1/entries/{id}", a.Withdraw)
	t.on("PUT /api/v1/entries/{id}/reactions/{reaction}", a.React)
	t.on("DELETE /api/v1/entries/{id}/reactions/{reaction}", a.React)
	t.on("POST /api/v1/entries/{id}/follow-ups", a.FollowUp)
	t.on("POST /api/v1/entries/{id}/adoptions", a.Adopt)
	t.on("POST /api/v1/admin/entries/{id}/decision", a.Decide)
	t.on("POST /api/v1/entries/{id}/files", a.Attach)
	t.on("GET /api/v1/entries/{id}/files/{file}", a.File)
	t.on("GET /api/v1/entries/{id}/files/{file}/{content}", a.FileContent)
	t.sheets()
	t.reports()
}

// reports are reading and writing, and what any entry has besides its text.
func (t router) reports() {
	p := reports.Pages{Archive: t.s.Archive, Files: t.s.Files, Talk: t.s.Talk, Similar: t.similar()}
	t.on("GET /reports/new", p.New)
	t.on("POST /reports/new", p.Save)
	t.leads("GET /reports/{id}", notify.OfEntry, "id", p.Show)
	t.on("GET /reports/{id}/edit", p.Edit)
	t.on("POST /reports/{id}/edit", p.Save)
	t.on("GET /reports/{id}/preview", p.Preview)
	t.on("POST /reports/{id}/files", p.Attach)
	for _, kind := range []string{"reports", "posters", "papers", "materials"} {
		t.on("POST /"+kind+"/{id}/useful", p.Useful)
		t.on("GET /"+kind+"/{id}/after/new", p.NewAfter)
		t.on("POST /"+kind+"/{id}/after/new", p.AddAfter)
		t.on("GET /"+kind+"/{id}/tried/new", p.NewTried)
		t.on("POST /"+kind+"/{id}/tried/new", p.AddTried)
		t.on("GET /"+kind+"/{id}/withdraw", p.AskWithdraw)
		t.on("POST /"+kind+"/{id}/withdraw", p.Withdraw)
		t.on("GET /"+kind+"/{id}/versions", p.Versions)
	}
	t.on("GET /home", home.Pages{Archive: t.s.Archive, Curate: t.s.Curate, Files: t.s.Files, Talk: t.s.Talk, Sessions: t.s.Sessions}.Show)
	t.on("GET /new", new.Pages{}.Show)
	d := drafts.Pages{Archive: t.s.Archive}
	t.on("GET /drafts", d.List)
	t.on("PUT /drafts/{place}", d.Keep)
	t.on("POST /drafts", d.Clear)
}

// sheets are posters, papers and materials, and the files of every entry.
func (t router) sheets() {
	s := posters.Pages{Archive: t.s.Archive, Files: t.s.Files, Talk: t.s.Talk, Similar: t.similar()}
	t.on("GET /posters/new", s.New)
	t.on("POST /posters", s.Create)
	for _, kind := range []string{"posters", "papers", "materials"} {
		t.leads("GET /"+kind+"/{id}", notify.OfEntry, "id", s.Show)
		t.on("GET /"+kind+"/{id}/print", s.Print)
		t.on("POST /"+kind+"/{id}/publish", s.Publish)
		t.on("POST /"+kind+"/{id}/claim", s.Claim)
		t.on("GET /"+kind+"/{id}/edit", s.Edit)
		t.on("POST /"+kind+"/{id}/edit", s.Save)
	}
	n := notes.Pages{Talk: t.s.Talk}
	t.on("GET /notes", n.Lists)
	t.on("POST /notes", n.Add)
	t.on("GET /notes/{id}/edit", n.Edit)
	t.on("POST /notes/{id}/edit", n.SaveEdit)
	t.on("POST /notes/{id}/remove", n.Remove)
	t.on("POST /notes/{id}/answer", n.Answer)
	f := files.Pages{Archive: t.s.Archive, Files: t.s.Files, BaseURL: t.s.BaseURL}
	t.on("OPTIONS /uploads", f.Able)
	t.on("POST /uploads", f.Begin)
	t.on("HEAD /uploads/{id}", f.Arrived)
	t.on("PATCH /uploads/{id}", f.Continue)
	t.on("DELETE /uploads/{id}", f.Stop)
	t.on("GET /uploads/{id}", f.Look)
	t.on("GET /uploads/{id}/picture", f.LookPicture)
	t.on("GET /files/new", f.New)
	t.on("POST /files", f.Attach)
	t.on("POST /files/{id}/remove", f.Remove)
	t.on("GET /files/{id}/original", f.Original)
	t.on("GET /files/{id}/state", f.State)
	t.on("GET /files/{id}/{picture}", f.Picture)
	t.on("GET /files/{id}/text/{page}", f.Transcript)
	t.on("POST /files/{id}/text/{page}", f.Propose)
	t.on("POST /files/{id}/text/{page}/decide", f.Decide)
	t.on("GET /files/{id}/iiif/{page}/info.json", f.Info)
	t.on("GET /files/{id}/iiif/{page}/{region}/{size}/{rotation}/{quality}", f.Tile)
}

// talk is discussion: its API and the live channel.
func (t router) talk() {
	p := topics.Pages{Talk: t.s.Talk, Archive: t.s.Archive, Notify: t.s.Notify}
	t.on("GET /topics", p.List)
	t.on("POST /topics", p.Open)
	t.on("GET /topics/new", p.New)
	t.on("GET /topics/{id}", p.Show)
	t.on("POST /topics/{id}/posts", p.Post)
	t.on("POST /topics/{id}/read", p.Read)
	t.on("POST /topics/{id}/level", p.Level)
	t.on("POST /topics/{id}/question", p.Question)
	t.on("GET /topics/{id}/move", p.AskMove)
	t.on("POST /topics/{id}/move", p.Move)
	t.on("GET /topics/{id}/draft", p.AskDraft)
	t.on("POST /topics/{id}/draft", p.Gather)
	t.on("POST /asks/{ask}/draft", p.Draft)
	t.on("GET /asks/{ask}", p.Asked)
	t.on("POST /asks/{ask}", p.AnswerAsk)
	t.on("GET /attachments/{id}/original", p.Attached)
	t.on("GET /attachments/{id}/{picture}", p.Picture)
	t.on("GET /topics/{id}/answer", p.Answer)
	t.on("GET /topics/{id}/posts/{post}", p.To)
	t.on("GET /topics/{id}/posts/{post}/edit", p.Edit)
	t.on("POST /topics/{id}/posts/{post}/edit", p.SaveEdit)
	t.on("POST /topics/{id}/posts/{post}/react", p.React)
	t.on("POST /topics/{id}/posts/{post}/answer", p.Accept)
	t.on("GET /topics/{id}/posts/{post}/poll", p.Poll)
	t.on("POST /topics/{id}/posts/{post}/vote", p.Vote)
	t.on("POST /topics/{id}/posts/{post}/close", p.ClosePoll)
	t.on("POST /topics/{id}/posts/{post}/remove", p.Remove)
	t.on("POST /topics/{id}/posts/{post}/restore", p.Restore)
	ps := sessions.Pages{Sessions: t.s.Sessions, Talk: t.s.Talk, Files: t.s.Files, Archive: t.s.Archive}
	t.on("GET /sessions", ps.List)
	t.on("POST /sessions", ps.Plan)
	t.on("GET /sessions/new", ps.New)
	t.leads("GET /sessions/{id}", notify.OfSession, "id", ps.Show)
	t.on("GET /sessions/{id}/state", ps.State)
	t.on("POST /sessions/{id}/act", ps.Act)
	t.on("GET /sessions/{id}/edit", ps.Edit)
	t.on("POST /sessions/{id}/edit", ps.Change)
	rm := rooms.Pages{Talk: t.s.Talk}
	t.on("GET /rooms", rm.List)
	t.leads("GET /rooms/{key}", notify.OfRoom, "key", rm.Show)
	a := api.Topics{Talk: t.s.Talk, Archive: t.s.Archive}
	t.on("POST /api/v1/topics", a.Open)
	t.on("GET /api/v1/topics/{id}", a.Get)
	t.on("PATCH /api/v1/topics/{id}", a.Change)
	t.on("POST /api/v1/topics/{id}/moves", a.Move)
	t.on("POST /api/v1/topics/{id}/asks", a.Gather)
	t.on("POST /api/v1/asks/{id}/draft", a.Draft)
	t.on("GET /api/v1/asks/{id}", a.Asked)
	t.on("PUT /api/v1/asks/{id}/answer", a.AnswerAsk)
	t.on("PUT /api/v1/topics/{id}/read", a.Read)
	t.on("PUT /api/v1/topics/{id}/level", a.Level)
	t.on("GET /api/v1/topics/{id}/posts", a.Posts)
	t.on("POST /api/v1/topics/{id}/posts", a.Post)
	t.on("GET /api/v1/posts/{id}", a.GetPost)
	t.on("GET /api/v1/posts/{id}/files/{file}/{content}", a.PostFile)
	t.on("PATCH /api/v1/posts/{id}", a.EditPost)
	t.on("DELETE /api/v1/posts/{id}", a.RemovePost)
	t.on("PUT /api/v1/posts/{id}/reactions/{reaction}", a.React)
	t.on("DELETE /api/v1/posts/{id}/reactions/{reaction}", a.React)
	t.on("PUT /api/v1/posts/{id}/answer", a.Accept)
	t.on("PUT /api/v1/posts/{id}/vote", a.Vote)
	t.on("POST /api/v1/posts/{id}/close", a.ClosePoll)
	t.on("DELETE /api/v1/posts/{id}/answer", a.Accept)
	l := live.Pages{Hub: t.s.Hub, Who: t.s.viewer}
	t.on("GET /ws", l.Socket)
	t.on("GET /live", l.Poll)
}

// similar finds what is near an entry, for its page.
func (t router) similar() similar.Finder { return similar.Finder{DB: t.s.DB, Index: t.s.Index} }

func (t router) search() {
	p := archive.Pages{DB: t.s.DB, Index: t.s.Index, Files: t.s.Files, Misses: t.s.Misses}
	t.on("GET /archive", p.Show)
	t.on("GET /archive/slides", p.Slides)
	t.on("GET /archive/marks/{file}", p.Marks)
	kept := archive.Saved{Watch: t.s.Watch, Notify: t.s.Notify}
	t.on("GET /archive/saved", kept.List)
	t.on("POST /archive/saved", kept.Save)
	t.on("GET /archive/saved/{id}", kept.News)
	t.on("POST /archive/saved/{id}/read", kept.Read)
	t.on("POST /archive/saved/{id}/rename", kept.Rename)
	t.on("POST /archive/saved/{id}/remove", kept.Remove)
	a := api.Search{DB: t.s.DB, Index: t.s.Index}
	t.on("GET /api/v1/search", a.Search)
	t.on("GET /api/v1/suggest", a.Suggest)
}

// desk is the moderators' place, and the form by which anybody asks them to look.
func (t router) desk() {
	p := desk.Pages{Curate: t.s.Curate, Files: t.s.Files, Bulk: t.s.Bulk, Archive: t.s.Archive, Members: t.s.Members, Vocabulary: t.s.Words, Misses: t.s.Misses, Index: t.s.Index}
	t.on("GET /desk", p.Queue)
	t.on("POST /desk", p.Decide)
	t.on("GET /desk/flags", p.Flags)
	t.on("POST /desk/flags", p.DecideFlag)
	t.on("GET /desk/transcripts", p.Transcripts)
	t.on("POST /desk/transcripts", p.DecideTranscript)
	t.on("GET /desk/claims", p.Claims)
	t.on("POST /desk/claims", p.DecideClaim)
	t.on("GET /desk/import", p.Imports)
	t.on("POST /desk/import", p.ReceiveImport)
	t.on("GET /desk/import/{id}", p.Import)
	t.on("POST /desk/import/{id}", p.ActImport)
	t.on("GET /desk/join", p.Join)
	t.on("POST /desk/join", p.DecideJoin)
	t.on("GET /desk/pick", p.Picks)
	t.on("POST /desk/pick", p.SavePick)
	t.on("GET /desk/pick/new", p.Pick)
	t.on("GET /desk/pick/{slug}", p.Pick)
	t.on("GET /desk/log", p.Record)
	t.on("GET /desk/words", p.Words)
	t.on("POST /desk/words", p.SaveWord)
	t.on("GET /desk/words/new", p.Word)
	t.on("GET /desk/words/{id}", p.Word)
	t.on("GET /desk/misses", p.Missed)
	t.on("POST /desk/misses", p.SetAside)
	t.on("GET /flags/new", p.Raise)
	t.on("POST /flags/new", p.Raised)
	a := api.Desk{Curate: t.s.Curate}
	t.on("POST /api/v1/flags", a.Raise)
	t.on("POST /api/v1/admin/flags/{id}/decision", a.DecideFlag)
	t.on("GET /api/v1/admin/audit", a.Audit)
}

func (t router) notices() {
	p := notifications.Pages{Notify: t.s.Notify}
	t.on("GET /notifications", p.List)
	t.on("POST /notifications/read", p.Read)
	a := api.Notices{Notify: t.s.Notify, BaseURL: t.s.BaseURL}
	t.on("GET /api/v1/notices", a.List)
	t.on("PUT /api/v1/notices/read", a.Read)
}
