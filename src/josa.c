/* josa: Korean particles take one form after a consonant and another after a vowel. */
#include <ctype.h>
#include <string.h>

#include "josa.h"

/* What a word ends in when it is read aloud.  (으)로 takes ㄹ for a vowel. */
enum ending { UNKNOWN, VOWEL, RIEUL, CONSONANT };

static const struct particle {
	const char *written, *consonant, *vowel;
	bool rieul_is_vowel;
} particles[] = {
	{ "을(를)", "을", "를", false },   { "를(을)", "을", "를", false },  { "이(가)", "이", "가", false },
	{ "가(이)", "이", "가", false },   { "은(는)", "은", "는", false },  { "는(은)", "은", "는", false },
	{ "와(과)", "과", "와", false },   { "과(와)", "과", "와", false },  { "아(야)", "아", "야", false },
	{ "야(아)", "아", "야", false },   { "(으)로", "으로", "로", true }, { "(이)", "이", "", false },
};

/* 영 일 이 삼 사 오 육 칠 팔 구.  Longer numbers end as their last digit does: 십, 백, 천 and 만 are consonants too. */
static const enum ending digits[10] = { CONSONANT, RIEUL, VOWEL, CONSONANT, VOWEL,
	                                    VOWEL, CONSONANT, RIEUL, RIEUL, VOWEL };

/* How words of Latin letters end in Korean: the longest suffix that fits; all others end in a vowel (레드, 노드, 호스트). */
static const struct suffix {
	const char *letters;
	enum ending ending;
} suffixes[] = {
	{ "oop", VOWEL },                                                 /* 루프 */
	{ "ack", CONSONANT }, { "ock", CONSONANT },                       /* 블랙, 록 */
	{ "ab", CONSONANT },  { "eb", CONSONANT },                        /* 랩, 웹 */
	{ "ac", CONSONANT },  { "ic", CONSONANT },                        /* 맥, 스태틱 */
	{ "ap", CONSONANT },  { "op", CONSONANT },  { "up", CONSONANT },  /* 탭, 홉, 그룹 */
	{ "et", CONSONANT },                                              /* 넷, 패킷 */
	{ "le", RIEUL },      { "me", CONSONANT },  { "ne", CONSONANT },  /* 케이블, 네임, 라인 */
	{ "ng", CONSONANT },                                              /* 핑 */
	{ "l", RIEUL },       { "m", CONSONANT },   { "n", CONSONANT },   /* 터널, 팀, 그린 */
};

static enum ending ending_of_letters(const char *word, size_t length)
{
	bool vowel = false, lower = false;
	for (size_t i = 0; i < length; i++) {
		vowel |= strchr("aeiouyAEIOUY", word[i]) != NULL;
		lower |= islower((unsigned char)word[i]) != 0;
	}
	/* read letter by letter: 엘, 알, 엠, 엔, and the others end in a vowel */
	if (length == 1 || !vowel || !lower) {
		char last = (char)tolower((unsigned char)word[length - 1]);
		return last == 'l' || last == 'r' ? RIEUL : last == 'm' || last == 'n' ? CONSONANT : VOWEL;
	}
	for (size_t i = 0; i < COUNT(suffixes); i++) {
		size_t n = strlen(suffixes[i].letters);
		if (n <= length && !strncasecmp(word + length - n, suffixes[i].letters, n))
			return suffixes[i].ending;
	}
	return VOWEL;
}

/* The bracket that TEXT[END - 1] closes, or END. */
static size_t opening(const char *text, size_t end)
{
	size_t depth = 0;
	for (size_t i = end; i--;) {
		depth += text[i] == ')';
		if (text[i] == '(' && !--depth)
			return i;
	}
	return end;
}

static bool ends_in(const char *text, size_t length, const char *suffix)
{
	size_t n = strlen(suffix);
	return n <= length && !memcmp(text + length - n, suffix, n);
}

/* Cuts what is not spoken from the end of TEXT. */
static size_t skip_marks(const char *text, size_t end)
{
	static const char *const marks[] = { "`", "'", "\"", "*", "_", "~", "]", "}", ">", "’", "”", "」", "』", "〉", "》" };
	for (size_t before = end + 1; before != end;) {
		before = end;
		for (size_t i = 0; i < COUNT(marks); i++)
			if (ends_in(text, end, marks[i]))
				end -= strlen(marks[i]);
		if (end && text[end - 1] == ')') {
			/* 브리지(`br0`): the particle belongs to the word before; a bracket by itself is read */
			size_t open = opening(text, end);
			end = open && open < end && !isspace((unsigned char)text[open - 1]) ? open : end - 1;
		}
	}
	return end;
}

static enum ending ending_of(const char *text, size_t length)
{
	length = skip_marks(text, length);
	if (!length)
		return UNKNOWN;
	unsigned char last = (unsigned char)text[length - 1];
	if (isdigit(last))
		return digits[last - '0'];
	if (isalpha(last)) {
		size_t start = length;
		while (start && isalpha((unsigned char)text[start - 1]))
			start--;
		return ending_of_letters(text + start, length - start);
	}
	if (length < 3)
		return UNKNOWN;
	const unsigned char *c = (const unsigned char *)text + length - 3;
	unsigned code = (c[0] & 0xfu) << 12 | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu);
	if ((c[0] & 0xf0) != 0xe0 || code < 0xac00 || code > 0xd7a3)
		return UNKNOWN;
	/* syllables are ordered by initial, vowel and one of 28 finals, of which 0 is none and 8 is ㄹ */
	unsigned final = (code - 0xac00) % 28;
	return !final ? VOWEL : final == 8 ? RIEUL : CONSONANT;
}

static const struct particle *particle_at(const char *text)
{
	for (size_t i = 0; i < COUNT(particles); i++)
		if (starts_with(text, particles[i].written))
			return &particles[i];
	return NULL;
}

const char *josa_resolve(struct arena *arena, const char *text)
{
	struct buffer out = { 0 };
	if (!strchr(text, '('))
		return text;
	while (*text) {
		const struct particle *particle = particle_at(text);
		enum ending ending = particle ? ending_of(buffer_text(&out), out.length) : UNKNOWN;
		if (ending == UNKNOWN) {
			buffer_putc(&out, *text++);
			continue;
		}
		bool vowel = ending == VOWEL || (ending == RIEUL && particle->rieul_is_vowel);
		buffer_puts(&out, vowel ? particle->vowel : particle->consonant);
		text += strlen(particle->written);
	}
	return buffer_keep(&out, arena);
}
