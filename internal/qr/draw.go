package qr

// draw puts the patterns and the codewords of a version into a square and turns it by the mask of least penalty.
func draw(n int, words []byte) *Code {
	size := 17 + 4*n
	c := &Code{Size: size, dark: make([]bool, size*size), fixed: make([]bool, size*size)}
	c.patterns(n)
	c.fill(words)
	least := -1
	for mask := range 8 {
		c.turn(mask)
		c.format(mask)
		if p := c.penalty(); least < 0 || p < least {
			least, c.Mask = p, mask
		}
		c.turn(mask) // back
	}
	c.turn(c.Mask)
	c.format(c.Mask)
	return c
}

func (c *Code) set(x, y int, dark bool) {
	c.dark[y*c.Size+x], c.fixed[y*c.Size+x] = dark, true
}

func (c *Code) patterns(n int) {
	for i := range c.Size { // timing
		c.set(6, i, i%2 == 0)
		c.set(i, 6, i%2 == 0)
	}
	for _, at := range [][2]int{{3, 3}, {c.Size - 4, 3}, {3, c.Size - 4}} {
		c.finder(at[0], at[1])
	}
	places := versions[n].alignment
	for i, x := range places {
		for j, y := range places {
			last := len(places) - 1
			if i == 0 && j == 0 || i == 0 && j == last || i == last && j == 0 {
				continue // a finder stands there
			}
			for dy := -2; dy <= 2; dy++ {
				for dx := -2; dx <= 2; dx++ {
					c.set(x+dx, y+dy, max(abs(dx), abs(dy)) != 1)
				}
			}
		}
	}
	c.format(0) // keeps its place
	if n >= 7 {
		c.number(n)
	}
}

func (c *Code) finder(x, y int) {
	for dy := -4; dy <= 4; dy++ {
		for dx := -4; dx <= 4; dx++ {
			if x+dx >= 0 && x+dx < c.Size && y+dy >= 0 && y+dy < c.Size {
				ring := max(abs(dx), abs(dy))
				c.set(x+dx, y+dy, ring != 2 && ring != 4)
			}
		}
	}
}

// format writes level and mask twice. The level's two bits are 00 for M.
func (c *Code) format(mask int) {
	rest := mask
	for range 10 {
		rest = rest<<1 ^ rest>>9*0x537
	}
	bits := (mask<<10 | rest) ^ 0x5412
	bit := func(i int) bool { return bits>>i&1 == 1 }
	for i := range 6 {
		c.set(8, i, bit(i))
	}
	c.set(8, 7, bit(6))
	c.set(8, 8, bit(7))
	c.set(7, 8, bit(8))
	for i := 9; i < 15; i++ {
		c.set(14-i, 8, bit(i))
	}
	for i := range 8 {
		c.set(c.Size-1-i, 8, bit(i))
	}
	for i := 8; i < 15; i++ {
		c.set(8, c.Size-15+i, bit(i))
	}
	c.set(8, c.Size-8, true)
}

// number writes the version, from 7 on.
func (c *Code) number(n int) {
	rest := n
	for range 12 {
		rest = rest<<1 ^ rest>>11*0x1f25
	}
	bits := n<<12 | rest
	for i := range 18 {
		x, y := c.Size-11+i%3, i/3
		c.set(x, y, bits>>i&1 == 1)
		c.set(y, x, bits>>i&1 == 1)
	}
}

// fill writes the codewords in columns of two, up and down from the right.
func (c *Code) fill(words []byte) {
	i := 0
	for right := c.Size - 1; right >= 1; right -= 2 {
		if right == 6 {
			right = 5 // the timing pattern
		}
		for step := range c.Size {
			y := step
			if (right+1)&2 == 0 {
				y = c.Size - 1 - step
			}
			for _, x := range [2]int{right, right - 1} {
				if !c.fixed[y*c.Size+x] && i < 8*len(words) {
					c.dark[y*c.Size+x] = words[i/8]>>(7-i%8)&1 == 1
					i++
				}
			}
		}
	}
}

// turn applies a mask; twice is not at all.
func (c *Code) turn(mask int) {
	for y := range c.Size {
		for x := range c.Size {
			if c.fixed[y*c.Size+x] {
				continue
			}
			var flip bool
			switch mask {
			case 0:
				flip = (x+y)%2 == 0
			case 1:
				flip = y%2 == 0
			case 2:
				flip = x%3 == 0
			case 3:
				flip = (x+y)%3 == 0
			case 4:
				flip = (x/3+y/2)%2 == 0
			case 5:
				flip = x*y%2+x*y%3 == 0
			case 6:
				flip = (x*y%2+x*y%3)%2 == 0
			case 7:
				flip = ((x+y)%2+x*y%3)%2 == 0
			}
			c.dark[y*c.Size+x] = c.dark[y*c.Size+x] != flip
		}
	}
}

// penalty counts what makes a code hard to read: long runs, blocks, what looks like a finder, and too much of a colour.
func (c *Code) penalty() (p int) {
	dark := 0
	for a := range c.Size {
		p += runs(c.Size, func(b int) bool { return c.Dark(b, a) })
		p += runs(c.Size, func(b int) bool { return c.Dark(a, b) })
		for b := range c.Size {
			if c.Dark(b, a) {
				dark++
			}
			if a > 0 && b > 0 {
				d := c.Dark(b, a)
				if d == c.Dark(b-1, a) && d == c.Dark(b, a-1) && d == c.Dark(b-1, a-1) {
					p += 3
				}
			}
		}
	}
	all := c.Size * c.Size
	return p + 10*(abs(20*dark-10*all)/all)
}

func runs(size int, dark func(int) bool) (p int) {
	run, window := 0, 0
	for i := range size {
		if i > 0 && dark(i) == dark(i-1) {
			run++
		} else {
			run = 1
		}
		if run == 5 {
			p += 3
		} else if run > 5 {
			p++
		}
		window = window << 1 & 0x7ff
		if dark(i) {
			window |= 1
		}
		if i >= 10 && (window == 0b10111010000 || window == 0b00001011101) {
			p += 40
		}
	}
	return p
}

func abs(n int) int { return max(n, -n) }
