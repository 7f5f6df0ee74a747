package notify

import "strconv"

// Sentence says what the notice is about, without the thing's title.
func (i Item) Sentence() string {
	who := i.ActorName + "さん"
	if i.ActorName == "" {
		who = "会員のかた"
	}
	switch i.Kind {
	case Reply:
		return who + "が、あなたの投稿に返信しました"
	case Mention:
		return who + "が、投稿であなたの名前をあげました"
	case Comment:
		if i.Entry != "" {
			return who + "が、あなたの" + i.entryName() + "に投稿しました"
		}
		return who + "が、あなたの話題に投稿しました"
	case Accepted:
		return who + "が、あなたの投稿を質問の答えに選びました"
	case Relocated:
		return "運営から：あなたの投稿を、別の話し合いに移しました"
	case Consent:
		return who + "から、あなたの投稿を使ってよいか、おたずねがあります"
	case Consented:
		return who + "が、投稿を使ってよいかのおたずねに答えました"
	case Watched:
		return "見守っている話し合いに、新しい投稿があります"
	case Adopted:
		return who + "のまちが、あなたの実践をやってみました"
	case Application:
		if i.Word != "" {
			return "事務局から：参加の申請について返事があります"
		}
		return "事務局から：参加の申請が承認されました"
	case Returned:
		return "運営から：手直しのお願いがあります"
	case Hidden:
		return "運営から：公開を止めました"
	case Restored:
		return "運営から：公開をもとにもどしました"
	case Published:
		return "運営から：だれでも読めるように公開しました"
	case Given:
		return "取りこまれた" + i.entryName() + "が、あなたのチームのものになりました"
	case NotGiven:
		return "運営から：「うちのもの」というお申し出は、見送りになりました"
	case Claimed:
		return who + "から、取りこまれた" + i.entryName() + "は「うちのもの」だと、お申し出がありました"
	case Taken:
		return "取りこまれた" + i.entryName() + "が、名簿により" + who + "のチームのものになりました"
	case Proposed:
		return who + "が、あなたの" + i.entryName() + "の書き起こしの直しを送りました"
	case Found:
		return "見守っている検索に、新しいものが" + strconv.Itoa(i.Hits) + "件あります"
	case Asked:
		return who + "から、あなたの実践に近い質問があります"
	case Questioned:
		return who + "から、あなたの" + i.entryName() + "に問いが届きました"
	case Answered:
		return who + "が、あなたの問いに答えました"
	case Corrected:
		return "運営から：書き起こしの直しを取り入れました"
	case Declined:
		return "運営から：書き起こしの直しは、見送りになりました"
	case FlagDone:
		return "運営から：お知らせいただいた件を確かめました"
	}
	return "お知らせがあります"
}

func (i Item) entryName() string {
	switch i.EntryKind {
	case "poster":
		return "ポスター"
	case "paper":
		return "共同論文"
	case "material":
		return "資料"
	}
	return "レポート"
}

// Path is where the notice leads. /e/{id} goes on to the page of the entry's kind.
func (i Item) Path() string {
	switch {
	case i.Kind == Application:
		return "/join"
	case i.Kind == Claimed:
		return "/desk/claims"
	case i.Ask != "":
		return "/asks/" + i.Ask
	case i.Kind == Questioned, i.Kind == Answered:
		return "/e/" + i.Entry + "#notes"
	case i.Search != "":
		return "/archive/saved/" + i.Search
	case i.Post != "" && i.Topic != "" && i.Number > 0:
		return "/topics/" + i.Topic + "/posts/" + i.Post
	case i.Topic != "":
		return "/topics/" + i.Topic
	case i.Entry != "":
		return "/e/" + i.Entry
	}
	return "/notifications"
}
