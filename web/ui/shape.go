package ui

import (
	"math"
	"strconv"
	"strings"
)

// atOnce is how many pictures of a wall are asked for without waiting until they are near: about the first row.
const atOnce = 6

// shapes are the shapes that wall.css knows, as a hundred times width by height. A sheet hangs in the nearest: its picture
// keeps its own proportions inside, at most a twentieth smaller.
var shapes = []int{44, 50, 56, 63, 71, 75, 80, 88, 100, 112, 125, 133, 141, 150, 160, 178, 200, 225}

// shape is the class of a sheet on the wall. Without a picture it is a portrait of the A series.
func shape(p *Picture) string {
	if p == nil || p.Width < 1 || p.Height < 1 {
		return "r71"
	}
	ratio := 100 * float64(p.Width) / float64(p.Height)
	best := shapes[0]
	for _, s := range shapes {
		if math.Abs(math.Log(ratio/float64(s))) < math.Abs(math.Log(ratio/float64(best))) {
			best = s
		}
	}
	return "r" + strconv.Itoa(best)
}

// tinted tells whether a colour is worth being shown before the picture: paper is nearly white already.
func tinted(colour string) bool {
	return colour != "" && !strings.HasPrefix(colour, "#f")
}
