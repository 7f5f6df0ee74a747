package municipality

// CheckDigit computes the last digit of a code from its first five, after the rule of the code table: weights 6 to 2,
// and the last digit of eleven less the remainder. It tells false when five is not five digits.
func CheckDigit(five string) (byte, bool) {
	if len(five) != 5 || !digits(five) {
		return 0, false
	}
	sum := 0
	for i := range 5 {
		sum += int(five[i]-'0') * (6 - i)
	}
	return '0' + byte((11-sum%11)%10), true
}

// CompleteCode gives the code that a damaged one most likely was: five digits get their check digit, a wrong check
// digit is put right, a zero that a spreadsheet dropped in front comes back. It answers only with codes that exist;
// ask Get first for a code that is right as it stands.
func CompleteCode(code string) (string, bool) {
	if !digits(code) {
		return "", false
	}
	var tries []string
	switch len(code) {
	case 4:
		tries = []string{"0" + code}
	case 5: // either the check digit or the leading zero is missing
		tries = []string{code, "0" + code[:4]}
	case 6:
		tries = []string{code[:5]}
	}
	for i, five := range tries {
		last, _ := CheckDigit(five)
		full := five + string(last)
		if i == 1 && full != "0"+code {
			continue // its own last digit must agree, or it was not the zero that was lost
		}
		if _, ok := Get(full); ok {
			return full, true
		}
	}
	return "", false
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
