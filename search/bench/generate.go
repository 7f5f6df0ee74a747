package bench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/search"
)

// Archive is a made-up archive of any size, the same for the same seed and size: tens of thousands of words by Zipf's
// law, the words of the field among the frequent ones, a municipality, a year and sections each, about a kilobyte.
type Archive struct {
	Size  int
	Seed  uint64
	Extra []search.Document // documents with known answers, put among the others
}

// Head, Count and All make it a source of documents.
func (a Archive) Head(context.Context) (int64, string, error) { return 0, "", nil }

// Count is its size.
func (a Archive) Count(context.Context) (int, error) { return a.Size + len(a.Extra), nil }

// All makes the documents in batches.
func (a Archive) All(_ context.Context, use func([]search.Document) error) error {
	g := newGenerator(a.Seed)
	var batch []search.Document
	for i := range a.Size {
		batch = append(batch, g.document(i))
		if len(batch) == 200 {
			if err := use(batch); err != nil {
				return err
			}
			batch = nil
		}
	}
	return use(append(batch, a.Extra...))
}

// Changes are none.
func (a Archive) Changes(_ context.Context, after int64) (search.Changes, error) {
	return search.Changes{Seq: after}, nil
}

type generator struct {
	rand   *rand.Rand
	zipf   *rand.Zipf
	nouns  []string
	towns  []municipality.Municipality
	themes []theme.Theme
}

// What sentences are made of beside nouns.
var (
	verbs  = strings.Fields("始めた 見直した 続けている 広げた 話し合った 決めた 減らした 増やした 試した 変えた 学んだ まとめた 提案した 引き継いだ 振り返った")
	places = strings.Fields("会議室 公民館 窓口 駅前 商店街 図書館 小学校 支所 体育館 広場 空き家 庁舎")
	// forms of sentences: N a noun, V a verb, P a place, Y a year
	forms = strings.Fields(`NとNをVが、Nは残った。 PではY年度からNのNをV。 Pに集まり、NについてV。 はじめはNばかりだったが、NがNにつながることをV。
		課のNをNの目でV。 Nの担当はNとNを分けてV。 三か月後、NよりもNを求める声があり、NをV。 Nがないまま、Nだけを急いでいた。
		NとNの間でNをV。 住民のNから、NのNをV。 係長はNを、若手はNをV。 Y年度のNは、NのNとNをV。`)
)

func newGenerator(seed uint64) *generator {
	words := rand.New(rand.NewPCG(1, 43)) // the language is one; only what is said differs by seed
	g := &generator{rand: rand.New(rand.NewPCG(seed, 43)), towns: municipality.All(), themes: theme.All(), nouns: nouns(words)}
	g.zipf = rand.NewZipf(g.rand, 1.07, 12, uint64(len(g.nouns)-1))
	return g
}

func (g *generator) noun() string { return g.nouns[g.zipf.Uint64()] }

func pick[T any](g *generator, of []T) T { return of[g.rand.IntN(len(of))] }

func (g *generator) sentence() string {
	var b strings.Builder
	for _, r := range pick(g, forms) {
		switch r {
		case 'N':
			b.WriteString(g.noun())
		case 'V':
			b.WriteString(pick(g, verbs))
		case 'P':
			b.WriteString(pick(g, places))
		case 'Y':
			fmt.Fprint(&b, 2004+g.rand.IntN(22))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (g *generator) document(i int) search.Document {
	town := pick(g, g.towns)
	th := pick(g, g.themes)
	rung := access.Audience{Rung: access.Members}
	switch r := g.rand.IntN(100); {
	case r < 35:
		rung.Rung = access.Public
	case r > 97:
		rung = access.Audience{Rung: access.Team, Cohort: "c1", Team: fmt.Sprint("t", g.rand.IntN(180))}
	case r > 92:
		rung = access.Audience{Rung: access.Cohort, Cohort: fmt.Sprint("c", g.rand.IntN(20))}
	}
	year := 2006 + g.rand.IntN(20)
	d := search.Document{
		ID: fmt.Sprintf("gen%07d", i), Kind: pick(g, []string{"report", "report", "poster", "paper", "topic"}),
		Title: town.Name + "の" + g.noun() + "と" + g.noun(), Audience: rung,
		Municipality: town.Code, MunicipalityName: town.Name, MunicipalityKana: town.Kana,
		Prefecture: town.Prefecture, Region: town.Region, Band: string(municipality.BandOf(town)), Year: year,
		Course: pick(g, []string{"regular", "manager"}), Stage: pick(g, []string{"proposal", "trial", "running", "rooted"}),
		Themes: []string{th.ID}, Useful: int(math.Abs(g.rand.NormFloat64()) * 8),
		At: time.Date(year, time.Month(1+g.rand.IntN(12)), 1+g.rand.IntN(28), 0, 0, 0, i, time.UTC),
	}
	d.URL = "/reports/" + d.ID
	for _, s := range []string{"background", "practice", "outcome"} {
		var text strings.Builder
		for range 3 + g.rand.IntN(5) {
			text.WriteString(g.sentence())
		}
		d.Sections = append(d.Sections, search.Section{Key: s, Label: s, Text: text.String(), Audience: rung})
	}
	if g.rand.IntN(8) == 0 { // one section for fewer people
		if rung.Rung == access.Public {
			d.Sections[2].Audience = access.Audience{Rung: access.Members}
		} else if rung.Rung == access.Members {
			d.Sections[2].Audience = access.Audience{Rung: access.Cohort, Cohort: "c1"}
		}
	}
	return d
}
