package search

import "github.com/manetomo/manetomo/search/japanese"

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
	docs := s.drain(touched)
	for stage, least := range []float32{0.75, 0.5, 0.3} {
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

// part is a part of a question: what it matches, and how much it says.
type part struct {
	list
	weight float32
}

func (p part) says() float32 { return p.idf * p.weight }

// looseParts gives what a word is made of: its units, or its letters where the dictionary knows none or nothing has
// them.
func (s *searching) looseParts(p *wordPlan) ([]part, error) {
	if p.Phrase {
		l, err := s.phrase(kindGram, p.grams)
		return []part{{l, 1}}, err
	}
	var parts []part
	some := false
	for _, u := range p.units {
		docs, err := s.unit(u)
		if err != nil {
			return nil, err
		}
		p := part{list{docs: docs}, u.weight} // a word that nothing has says nothing about which documents are meant
		if len(docs) > 0 {
			some = true
			p.idf = idf(s.cols.live, len(docs))
		}
		parts = append(parts, p)
	}
	if some {
		return parts, nil
	}
	docs, err := s.halfOfLetters(p)
	return []part{{list{docs, idf(s.cols.live, max(len(docs), 1))}, 1}}, err
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
