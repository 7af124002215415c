package dev.hookbridge.status;

import dev.hookbridge.status.Panel.Cell;
import dev.hookbridge.status.Panel.Column;
import dev.hookbridge.status.Panel.Fact;
import java.util.List;

/**
 * The page as HTML. It is complete without a script and reloads every ten seconds. With a script,
 * {@code status.js} updates the same elements.
 */
final class Html {
  private final StringBuilder html = new StringBuilder(16 << 10);

  private Html() {}

  /**
   * Returns the page.
   *
   * @param panels the panels; the first is the page's head
   */
  static String page(List<Panel> panels) {
    Html page = new Html();
    page.head(panels.get(0));
    panels.subList(1, panels.size()).forEach(page::panel);
    return page.foot();
  }

  private void head(Panel top) {
    html.append(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>""");
    text(top.title() + ": " + top.word());
    html.append(
        """
        </title>
        <link rel="icon" href="status.svg" type="image/svg+xml">
        <link rel="stylesheet" href="status.css">
        <noscript><meta http-equiv="refresh" content="10"></noscript>
        <script src="status.js" defer></script>
        </head>
        <body>
        <header id="top">
        <h1>""");
    text(top.title());
    html.append("</h1>\n");
    state(top);
    facts(top.facts());
    html.append(
        """
        <p id="live" role="status"></p>
        </header>
        <main>
        """);
  }

  private void panel(Panel panel) {
    html.append("<section id=\"").append(panel.id()).append("\" aria-labelledby=\"");
    html.append(panel.id()).append("-title\">\n<div class=\"title\"><h2 id=\"");
    html.append(panel.id()).append("-title\">");
    text(panel.title());
    html.append("</h2>");
    state(panel);
    html.append("</div>\n");
    facts(panel.facts());
    if (!panel.columns().isEmpty()) {
      table(panel);
    }
    html.append("</section>\n");
  }

  private void state(Panel panel) {
    html.append("<p class=\"state ").append(panel.level().word()).append("\">");
    text(panel.word());
    html.append("</p>");
  }

  private void facts(List<Fact> facts) {
    html.append("<dl").append(hiddenIf(facts.isEmpty())).append(">");
    for (Fact fact : facts) {
      html.append("<div><dt>");
      text(fact.name());
      html.append("</dt><dd class=\"").append(fact.value().level().word()).append("\">");
      text(fact.value().text());
      html.append("</dd></div>");
    }
    html.append("</dl>\n");
  }

  /**
   * Writes a table. The ARIA roles are necessary because a phone displays the rows as blocks, which
   * are not rows by themselves.
   */
  private void table(Panel panel) {
    html.append("<table role=\"table\"").append(hiddenIf(panel.rows().isEmpty()));
    html.append(" aria-labelledby=\"").append(panel.id());
    html.append("-title\"><thead role=\"rowgroup\"><tr role=\"row\">");
    for (Column column : panel.columns()) {
      html.append("<th scope=\"col\" role=\"columnheader\"").append(number(column)).append(">");
      text(column.name());
      html.append("</th>");
    }
    html.append("</tr></thead>\n<tbody role=\"rowgroup\">\n");
    panel.rows().forEach(row -> row(panel.columns(), row));
    html.append("</tbody></table>\n<p class=\"nothing\"");
    html.append(hiddenIf(!panel.rows().isEmpty())).append(">");
    text(panel.none());
    html.append("</p>\n");
  }

  private void row(List<Column> columns, List<Cell> row) {
    html.append("<tr role=\"row\">");
    for (int i = 0; i < row.size(); i++) {
      Column column = columns.get(i);
      Cell cell = row.get(i);
      html.append("<td role=\"cell\" data-column=\"");
      text(column.name());
      html.append("\"").append(number(column)).append("><bdi class=\"");
      html.append(cell.level().word()).append("\">");
      text(cell.text());
      html.append("</bdi></td>");
    }
    html.append("</tr>\n");
  }

  private static String number(Column column) {
    return column.number() ? " class=\"number\"" : "";
  }

  private static String hiddenIf(boolean hidden) {
    return hidden ? " hidden" : "";
  }

  private String foot() {
    return html.append(
            """
            </main>
            <footer><a href="metrics">metrics</a> <a href="healthy">healthy</a> \
            <a href="ready">ready</a></footer>
            </body>
            </html>
            """)
        .toString();
  }

  /** Writes any text between tags or in a quoted attribute, with escapes. */
  private void text(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> html.append("&amp;");
        case '<' -> html.append("&lt;");
        case '>' -> html.append("&gt;");
        case '"' -> html.append("&quot;");
        case '\'' -> html.append("&#39;");
        default -> html.append(c);
      }
    }
  }
}
