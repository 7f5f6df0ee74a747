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

// Archive is a made-up archive of any size, the same for the same seed and size: words by Zipf's law, the words of
// the field among them, a municipality, a year and sections each, about a kilobyte of text.
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

type generator struct {
	rand   *rand.Rand
	zipf   *rand.Zipf
	nouns  []string
	towns  []municipality.Municipality
	themes []theme.Theme
}

// parts make words that no dictionary lists but the analyzer can cut.
var (
	heads  = strings.Fields("地域 業務 組織 職員 住民 行政 防災 福祉 教育 観光 農業 環境 財政 情報 健康 文化 交通 産業 移住 子育て 若手 管理 企画 総務 窓口 税務 水道 道路 公園 学校 図書 医療 介護 保育 納税 広報 選挙 議会 契約 施設")
	tails  = strings.Fields("改革 改善 連携 協働 支援 計画 評価 育成 研修 対話 共有 分析 調査 活用 推進 見直し 再編 整備 強化 提案 交流 相談 運営 参加 効率 課題 目標 戦略 会議 委員 制度 事業 方針 指針 体制 人材 意識 風土 学習 実験")
	verbs  = strings.Fields("始めた 見直した 続けている 広げた 話し合った 決めた 減らした 増やした 試した 変えた 学んだ まとめた 提案した 引き継いだ 振り返った")
	others = strings.Fields("朝 昼休み 会議室 手紙 名札 地図 写真 机 本棚 掲示板 付箋 模造紙 日誌 自転車 畑 港 祭り 川 山道 商店街 公民館 温泉 駅前 空き家 古民家 味噌 林檎 米 魚 花壇 太鼓 合唱 絵本 自習室")
)

func newGenerator(seed uint64) *generator {
	g := &generator{rand: rand.New(rand.NewPCG(seed, 43)), towns: municipality.All(), themes: theme.All()}
	for _, h := range heads {
		for _, t := range tails {
			g.nouns = append(g.nouns, h+t)
		}
	}
	for _, t := range search.DefaultVocabulary().Terms {
		g.nouns = append(g.nouns, t.Text)
	}
	g.nouns = append(append(g.nouns, others...), append(heads, tails...)...)
	g.rand.Shuffle(len(g.nouns), func(i, j int) { g.nouns[i], g.nouns[j] = g.nouns[j], g.nouns[i] })
	g.zipf = rand.NewZipf(g.rand, 1.1, 40, uint64(len(g.nouns)-1))
	return g
}

func (g *generator) noun() string { return g.nouns[g.zipf.Uint64()] }

func pick[T any](g *generator, of []T) T { return of[g.rand.IntN(len(of))] }

func (g *generator) sentence() string {
	switch g.rand.IntN(5) {
	case 0:
		return g.noun() + "と" + g.noun() + "を" + pick(g, verbs) + "。"
	case 1:
		return fmt.Sprintf("%sでは%d年度から%sの%sを%s。", g.noun(), 2004+g.rand.IntN(22), g.noun(), g.noun(), pick(g, verbs))
	case 2:
		return pick(g, others) + "に集まり、" + g.noun() + "について" + pick(g, verbs) + "。"
	case 3:
		return "はじめは" + g.noun() + "ばかりだったが、" + g.noun() + "が" + g.noun() + "につながることを" + pick(g, verbs) + "。"
	}
	return "課の" + g.noun() + "を" + g.noun() + "の目で" + pick(g, verbs) + "。"
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
