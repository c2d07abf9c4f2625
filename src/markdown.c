/* markdown: plain text as Markdown, and Markdown as HTML. */
#include <cmark.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "markdown.h"

void escape_markdown(struct buffer *out, const char *text)
{
	for (const char *c = text; *c; c++) {
		bool inside = c > text && isalnum((unsigned char)c[-1]) && isalnum((unsigned char)c[1]);
		/* an underscore within a word, and a lone ampersand, mean nothing */
		if (strchr("\\`*[<#~", *c) || (*c == '_' && !inside) ||
		    (*c == '&' && (c[1] == '#' || isalpha((unsigned char)c[1]))))
			buffer_putc(out, '\\');
		buffer_putc(out, *c);
	}
}

/* The longest run of backquotes. */
static size_t longest_run(const char *text)
{
	size_t longest = 0;
	while (*text) {
		size_t run = strspn(text, "`");
		longest = run > longest ? run : longest;
		text += run + strcspn(text + run, "`");
	}
	return longest;
}

static void put_backquotes(struct buffer *out, size_t n)
{
	while (n--)
		buffer_putc(out, '`');
}

void escape_code(struct buffer *out, const char *text)
{
	size_t n = longest_run(text) + 1;
	bool pad = n > 1;
	put_backquotes(out, n);
	buffer_puts(out, pad ? " " : "");
	buffer_puts(out, text);
	buffer_puts(out, pad ? " " : "");
	put_backquotes(out, n);
}

const char *markdown_fence(struct arena *arena, const char *text)
{
	struct buffer fence = { 0 };
	size_t n = longest_run(text);
	put_backquotes(&fence, n < 3 ? 3 : n + 1);
	return buffer_keep(&fence, arena);
}

const char *markdown_html(struct arena *arena, const char *text)
{
	char *html = cmark_markdown_to_html(text, strlen(text), CMARK_OPT_DEFAULT);
	size_t length = strlen(html);
	while (length && html[length - 1] == '\n')
		length--;
	const char *kept = arena_strndup(arena, html, length);
	free(html);
	return kept;
}
