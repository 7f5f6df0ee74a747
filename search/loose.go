package search

// loose is the third stage: a part of what was asked is enough, 75, then 50, then 30 of 100, measured by how much
// each part says (its idf). For a question in words this is the stage that answers.
func (s *searching) loose(found *finding, wanted []*wordPlan) error {
	var parts []list
	var total float32
	for _, p := range wanted {
		more, err := s.looseParts(p)
		if err != nil {
			return err
		}
		parts = append(parts, more...)
	}
	for _, p := range parts {
		total += p.idf
	}
	if len(parts) < 2 {
		return nil
	}
	// acc gathers scores, share how much of the question a document covers
	share := make(map[int32]float32)
	var touched []int32
	for _, p := range parts {
		for _, d := range p.docs {
			if s.acc[d.doc] == 0 {
				touched = append(touched, d.doc)
			}
			s.acc[d.doc] += max(d.score, 1e-6)
			share[d.doc] += p.idf / total
		}
	}
	docs := s.drain(touched)
	for stage, least := range []float32{0.75, 0.5, 0.3} {
		if len(found.hits) >= enoughWords {
			break
		}
		var some []scored
		for _, d := range docs {
			if share[d.doc] >= least {
				some = append(some, d)
			}
		}
		found.add(int32(2+stage), some)
	}
	return nil
}

// looseParts gives what a word is made of: its units, or its letters where the dictionary knows none.
func (s *searching) looseParts(p *wordPlan) ([]list, error) {
	if p.Phrase || len(p.units) == 0 {
		docs, err := s.word(p)
		if err != nil {
			return nil, err
		}
		grams, err := s.wordGrams(*p)
		if err != nil {
			return nil, err
		}
		docs = s.best(factored{docs, 1}, factored{grams, gramFactor})
		return []list{{docs, idf(s.cols.live, max(len(docs), 1))}}, nil
	}
	var parts []list
	for _, u := range p.units {
		docs, err := s.unit(u)
		if err != nil {
			return nil, err
		}
		if len(docs) == 0 {
			continue
		}
		parts = append(parts, list{docs, idf(s.cols.live, len(docs))})
	}
	return parts, nil
}
