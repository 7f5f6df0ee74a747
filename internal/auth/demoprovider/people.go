package demoprovider

// Person is a made-up person. Subject never changes, so that the same account comes back after a restart.
type Person struct {
	Subject string
	Name    string
	Email   string
	Role    string // what the picker says of them
}

// People are the demo's eight, over all roles (contract §3).
func People() []Person {
	return []Person{
		{"demo-alumnus", "見本 花子", "alumnus@example.jp", "マネ友（みどり見本市）"},
		{"demo-alumnus2", "例示 太郎", "alumnus2@example.jp", "マネ友（かわせみ見本町）"},
		{"demo-fellow", "試作 健", "fellow@example.jp", "研究生（そらいろ見本区）"},
		{"demo-adviser", "仮名 桜", "adviser@example.jp", "幹事"},
		{"demo-moderator", "見本 みさき", "moderator@example.jp", "運営"},
		{"demo-secretariat", "例示 しのぶ", "secretariat@example.jp", "事務局"},
		{"demo-applicant", "試作 あゆむ", "applicant@example.jp", "これから参加を申請する人"},
		{"demo-visitor", "見学 あおい", "visitor@example.jp", "見学の人"},
	}
}
