package search

import (
	"cmp"
	"slices"

	"github.com/manetomo/manetomo/search/japanese"
)

// leastShare is the smallest part of what was asked that is enough.
const leastShare = 0.3

// loose is the third stage: a part of what was asked is enough, 75, then 50, then 30 of 100, measured by how much
// each part says (its idf). For a question in words this is the stage that answers.
func (s *searching) loose(found *finding, wanted []*wordPlan) error {
	var parts []part
	var total float32
	for _, p := range wanted {
		more, err := s.looseParts(p)
		if err != nil {
			return err
		}
		parts = append(parts, more...)
	}
	var weights float32
	for _, p := range parts {
		total += p.says()
		weights += p.weight
	}
	if weights == 0 {
		return nil
	}
	if err := s.readParts(parts, total, weights); err != nil {
		return err
	}
	// how much of the question a document covers: by what its parts say, or by how many they are
	share, count := s.share, s.part
	var touched []int32
	for _, p := range parts {
		says, weight := p.says()/max(total, 1e-6), p.weight/weights
		for _, d := range p.docs {
			if s.acc[d.doc] == 0 {
				touched = append(touched, d.doc)
			}
			s.acc[d.doc] += max(d.score*p.weight, 1e-6)
			share[d.doc] += says
			count[d.doc] += weight
		}
	}
	defer func() {
		for _, n := range touched {
			share[n], count[n] = 0, 0
		}
	}()
	docs, err := s.named(s.drain(touched), wanted)
	if err != nil {
		return err
	}
	for stage, least := range []float32{0.75, 0.5, leastShare} {
		if len(found.hits) >= enoughWords {
			break
		}
		var some []scored
		for _, d := range docs {
			if max(share[d.doc], count[d.doc]) >= least {
				some = append(some, d)
			}
		}
		found.add(int32(2+stage), some)
	}
	return nil
}

// named leaves only what has the names that can mean several towns: who asks for 府中市 is asked which, and 府中町 is no
// answer meanwhile.
func (s *searching) named(docs []scored, wanted []*wordPlan) ([]scored, error) {
	var lists [][]scored
	for _, p := range wanted {
		if len(p.places) > 1 {
			there, err := s.word(p)
			if err != nil {
				return nil, err
			}
			lists = append(lists, there)
		}
		for _, u := range p.units {
			if len(u.named) > 1 {
				there, err := s.unit(u)
				if err != nil {
					return nil, err
				}
				lists = append(lists, there)
			}
		}
	}
	for _, there := range lists {
		set := s.setOf(there)
		docs = slices.DeleteFunc(docs, func(d scored) bool { return !set.has(d.doc) })
	}
	return docs, nil
}

// part is a part of a question: what it matches, and how much it says.
type part struct {
	list
	weight float32
	unread string // the term whose documents are counted, but not read yet
	count  int
}

func (p part) says() float32 { return p.idf * p.weight }

// readParts reads what is only counted yet. The most frequent parts that are not enough even together, such as the 市 of
// a town's name, are read only where another part stands: elsewhere they find nothing.
func (s *searching) readParts(parts []part, total, weights float32) error {
	var order, small []int
	for i, p := range parts {
		if p.unread != "" {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(parts[b].count, parts[a].count) })
	var says, weight float32
	read := func(i int) error {
		l, err := s.term(kindWord, parts[i].unread)
		parts[i].docs = l.docs
		return err
	}
	for _, i := range order {
		const below = leastShare - 0.01 // sums in another order differ a little
		p := parts[i]
		if n, w := says+p.says()/max(total, 1e-6), weight+p.weight/weights; n < below && w < below {
			small, says, weight = append(small, i), n, w
		} else if err := read(i); err != nil {
			return err
		}
	}
	if len(small) == 0 {
		return nil
	}
	elsewhere := make([][]scored, len(parts))
	for i, p := range parts {
		elsewhere[i] = p.docs
	}
	s.within = s.setOf(elsewhere...)
	defer func() { s.within = nil }()
	for _, i := range small {
		if err := read(i); err != nil {
			return err
		}
	}
	return nil
}

// looseParts gives what a word is made of: its units, or its letters where the dictionary knows none or nothing has
// them.
func (s *searching) looseParts(p *wordPlan) ([]part, error) {
	if p.Phrase {
		l, err := s.phrase(gramKind(p.grams), p.grams)
		return []part{{list: l, weight: 1}}, err
	}
	var parts []part
	some := false
	for _, u := range p.units {
		p := part{weight: u.weight} // a word that nothing has says nothing about which documents are meant
		var err error
		if _, read := s.cache[kindWord+u.places[0].term]; len(u.places) == 1 && len(u.near) == 0 && u.named == nil && !read {
			p.unread = u.places[0].term
			p.count, err = s.readable(kindWord, p.unread)
		} else {
			p.docs, err = s.unit(u)
			p.count = len(p.docs)
		}
		if err != nil {
			return nil, err
		}
		if p.count > 0 {
			some = true
			p.idf = idf(s.cols.live, p.count)
		}
		parts = append(parts, p)
	}
	if some {
		return parts, nil
	}
	docs, err := s.halfOfLetters(p)
	return []part{{list: list{docs, idf(s.cols.live, max(len(docs), 1))}, weight: 1}}, err
}

// halfOfLetters gives the documents that hold at least half of a word's pairs of letters, for words that nothing
// holds as they are. Letters and digits of Latin script are too few for that.
func (s *searching) halfOfLetters(p *wordPlan) ([]scored, error) {
	if _, roman, _ := japanese.Kana(p.Text); roman || japanese.Latin(p.Text) || len(p.grams) < 3 {
		return nil, nil
	}
	var touched []int32
	grams := p.grams[:min(len(p.grams), 2*maxUnits)]
	for _, g := range grams {
		l, err := s.term(kindGram, g.term)
		if err != nil {
			s.drain(touched)
			return nil, err
		}
		for _, d := range l.docs {
			if s.count[d.doc]++; s.count[d.doc] == 1 {
				touched = append(touched, d.doc)
			}
		}
	}
	var out []scored
	for _, n := range touched {
		if share := float32(s.count[n]) / float32(len(grams)); share >= 0.5 {
			out = append(out, scored{n, share})
		}
		s.count[n] = 0
	}
	return out, nil
}
