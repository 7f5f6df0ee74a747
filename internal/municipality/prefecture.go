package municipality

import "sync"

// Prefecture is one of the 47, with its place on the tile map: a grid of 13 columns and 13 rows.
type Prefecture struct {
	Code   string // six digits
	Name   string // 長野県
	Short  string // 長野
	Region string
	Col    int // from 1
	Row    int // from 1
	Span   int // tiles a side; 2 for 北海道
}

// Columns and Rows are the size of the tile map.
const (
	Columns = 13
	Rows    = 13
)

// tiles are the places on the map in the order of the codes, 北海道 to 沖縄.
var tiles = [47][2]int{
	{12, 1}, {12, 3}, {13, 4}, {13, 5}, {12, 4}, {12, 5}, {12, 6}, // 北海道 青森 岩手 宮城 秋田 山形 福島
	{13, 7}, {12, 7}, {11, 7}, {11, 8}, {13, 8}, {12, 8}, {11, 9}, // 茨城 栃木 群馬 埼玉 千葉 東京 神奈川
	{11, 6}, {10, 6}, {9, 6}, {8, 7}, {10, 8}, {10, 7}, // 新潟 富山 石川 福井 山梨 長野
	{9, 7}, {10, 9}, {9, 8}, {8, 9}, // 岐阜 静岡 愛知 三重
	{8, 8}, {7, 8}, {6, 9}, {6, 8}, {7, 9}, {7, 10}, // 滋賀 京都 大阪 兵庫 奈良 和歌山
	{5, 8}, {4, 8}, {5, 9}, {4, 9}, {3, 8}, // 鳥取 島根 岡山 広島 山口
	{6, 12}, {6, 11}, {5, 11}, {5, 12}, // 徳島 香川 愛媛 高知
	{2, 10}, {1, 10}, {1, 11}, {2, 11}, {3, 10}, {3, 11}, {2, 12}, {1, 13}, // 福岡 佐賀 長崎 熊本 大分 宮崎 鹿児島 沖縄
}

var prefectures = sync.OnceValue(func() []Prefecture {
	all := make([]Prefecture, 0, len(tiles))
	for _, m := range table().authorities {
		if m.Kind != KindPrefecture {
			continue
		}
		at, span := tiles[len(all)], 1
		if len(all) == 0 {
			span = 2
		}
		all = append(all, Prefecture{Code: m.Code, Name: m.Name, Short: m.Stem(), Region: m.Region,
			Col: at[0], Row: at[1], Span: span})
	}
	return all
})

// Prefectures lists the 47 in official order.
func Prefectures() []Prefecture { return prefectures() }

// Regions lists the regions from north to south, as the study group's list is headed.
func Regions() []string {
	return []string{"北海道", "東北", "関東", "北陸・甲信越", "中部", "関西", "中国・四国", "九州・沖縄"}
}
