/* visible: what others wrote does nothing to the terminal that it is shown on. */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "visible.h"

/* The code point of a whole sequence of UTF-8. */
static unsigned code_point(const unsigned char *bytes, size_t length)
{
	unsigned code = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++)
		code = code << 6 | (bytes[i] & 0x3f);
	return code;
}

static bool is_control(unsigned code)
{
	static const struct {
		unsigned from, to;
	} controls[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f },
		{ 0x2028, 0x202e }, { 0x2066, 0x2069 }, /* ends of lines, directions of writing */
	};
	for (size_t i = 0; i < COUNT(controls); i++)
		if (code >= controls[i].from && code <= controls[i].to)
			return true;
	return false;
}

/* May N BYTES, the last that there are, be the begin of something longer? */
static bool is_begin(const char *bytes, size_t n)
{
	char whole[4] = { 0 };
	if (n >= sizeof whole)
		return false;
	memcpy(whole, bytes, n);
	/* a second byte is what first bytes are choosy about: one of these goes with each of them */
	static const char *const tails[] = { "\x80\x80\x80", "\xa0\x80\x80" };
	for (size_t i = 0; i < COUNT(tails); i++) {
		memcpy(whole + n, tails[i], sizeof whole - n);
		if (utf8_length((unsigned char *)whole, sizeof whole) > n)
			return true;
	}
	return false;
}

/* Appends the character that BYTES begin with; how many of them that are. */
static size_t add_character(struct buffer *out, const char *bytes, size_t n, const char *text_controls)
{
	size_t length = utf8_length((const unsigned char *)bytes, n);
	unsigned code = length ? code_point((const unsigned char *)bytes, length) : (unsigned char)*bytes;
	if (length && (!is_control(code) || (code && code < 0x80 && strchr(text_controls, (int)code))))
		buffer_add(out, bytes, length);
	else
		buffer_printf(out, code > 0xff ? "\\u%04x" : "\\x%02x", code);
	return length ? length : 1;
}

/* Appends the characters of N BYTES; the rest of them, which only more bytes can tell, is what it returns. */
static size_t add_characters(struct buffer *out, const char *bytes, size_t n)
{
	while (n) {
		if (bytes[0] == '\r' ? n == 1 : is_begin(bytes, n))
			break;
		/* \r\n ends a line as \n does */
		size_t length = n > 1 && bytes[0] == '\r' && bytes[1] == '\n' ? 1 : add_character(out, bytes, n, "\n\t");
		bytes += length;
		n -= length;
	}
	return n;
}

void visible_part(struct buffer *out, FILE *file, struct visible_rest *rest, const char *bytes, size_t n)
{
	if (!isatty(fileno(file))) {
		buffer_add(out, bytes, bytes ? n : 0);
		return;
	}
	struct buffer all = { 0 };
	buffer_add(&all, rest->bytes, rest->n);
	buffer_add(&all, bytes, bytes ? n : 0);
	size_t left = add_characters(out, all.text, all.length);
	const char *last = all.text + all.length - left;
	rest->n = bytes ? left : 0;
	if (bytes)
		memcpy(rest->bytes, last, left);
	else
		while (left) {
			size_t length = add_character(out, last, left, "");
			last += length;
			left -= length;
		}
	buffer_free(&all);
}

void show_bytes(FILE *file, const char *bytes, size_t n)
{
	struct visible_rest rest = { 0 };
	struct buffer out = { 0 };
	visible_part(&out, file, &rest, bytes, n);
	visible_part(&out, file, &rest, NULL, 0);
	fwrite(buffer_text(&out), 1, out.length, file);
	buffer_free(&out);
}

void show(FILE *file, const char *format, ...)
{
	struct buffer text = { 0 };
	va_list args;
	va_start(args, format);
	buffer_vprintf(&text, format, args);
	va_end(args);
	show_bytes(file, buffer_text(&text), text.length);
	buffer_free(&text);
}

void visible_line(struct buffer *out, const char *text)
{
	for (size_t n = strlen(text); n;) {
		size_t length = add_character(out, text, n, "");
		text += length;
		n -= length;
	}
}
