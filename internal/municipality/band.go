package municipality

// Band is how large a municipality is: five steps by population, and two kinds that compare only with their own.
type Band string

// The bands, small to large, then the two of their own. Their names stand in addresses.
const (
	BandUnder10k   Band = "under1"
	Band10kTo50k   Band = "1to5"
	Band50kTo100k  Band = "5to10"
	Band100kTo200k Band = "10to20"
	BandOver200k   Band = "over20"
	BandDesignated Band = "designated"
	BandPrefecture Band = "prefecture"
)

// Bands lists all bands in the order of a filter.
func Bands() []Band {
	return []Band{BandUnder10k, Band10kTo50k, Band50kTo100k, Band100kTo200k, BandOver200k, BandDesignated, BandPrefecture}
}

// Label is the band as people read it.
func (b Band) Label() string {
	switch b {
	case BandUnder10k:
		return "人口1万人未満"
	case Band10kTo50k:
		return "人口1〜5万人"
	case Band50kTo100k:
		return "人口5〜10万人"
	case Band100kTo200k:
		return "人口10〜20万人"
	case BandOver200k:
		return "人口20万人以上"
	case BandDesignated:
		return "政令市"
	case BandPrefecture:
		return "都道府県"
	}
	return ""
}

// BandOf tells the band; "" for a ward, whose population is not in the table. (双葉町 had nobody in 2020.)
func BandOf(m Municipality) Band { return m.band() }

func (m *Municipality) band() Band {
	switch {
	case m.Kind == KindPrefecture:
		return BandPrefecture
	case m.Kind == KindDesignated:
		return BandDesignated
	case m.Kind == KindWard:
		return ""
	case m.Population < 10_000:
		return BandUnder10k
	case m.Population < 50_000:
		return Band10kTo50k
	case m.Population < 100_000:
		return Band50kTo100k
	case m.Population < 200_000:
		return Band100kTo200k
	}
	return BandOver200k
}
