package dev.hookbridge.docs;

import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation, as far as tests must understand Markdown. A comment in the line
 * before a block or a table is its note, by which it is found: {@code <!-- keys: sink -->}.
 *
 * @param path from the repository's root
 */
public record Page(String path, String text) {
  private static final Pattern BLOCK =
      Pattern.compile("(?:<!-- ([^\n]*) -->\n)?```(\\w*)\n(.*?)```\n", Pattern.DOTALL);

  private static final List<String> TOP =
      List.of(
          "README.md",
          "RATIONALE.md",
          "CHANGELOG.md",
          "CONTRIBUTING.md",
          "RELEASING.md",
          "SECURITY.md");

  /**
   * A fenced block.
   *
   * @param note empty when it has none
   */
  public record Block(String note, String language, String text) {}

  public static Page of(String path) {
    try {
      return new Page(path, Files.readString(Repository.file(path)));
    } catch (IOException e) {
      throw new AssertionError(path, e);
    }
  }

  /** Every page that people read. */
  public static List<Page> all() {
    try (Stream<Path> docs = Files.list(Repository.file("docs"))) {
      TreeSet<String> paths = new TreeSet<>(TOP);
      docs.map(file -> "docs/" + file.getFileName())
          .filter(path -> path.endsWith(".md"))
          .forEach(paths::add);
      return paths.stream().map(Page::of).toList();
    } catch (IOException e) {
      throw new AssertionError("docs", e);
    }
  }

  public List<Block> blocks(String language) {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      if (matcher.group(2).equals(language)) {
        String note = matcher.group(1) == null ? "" : matcher.group(1);
        blocks.add(new Block(note, language, matcher.group(3)));
      }
    }
    return blocks;
  }

  /** The one block with this note. */
  public String block(String note) {
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      if (note.equals(matcher.group(1))) {
        return matcher.group(3);
      }
    }
    throw new AssertionError(path + " has no block with the note " + note);
  }

  /** What stands between a heading, written with its {@code #}, and the next one. */
  public String section(String heading) {
    int at = ("\n" + text).indexOf("\n" + heading + "\n");
    if (at < 0) {
      throw new AssertionError(path + " has no heading " + heading);
    }
    String rest = text.substring(at + heading.length());
    Matcher next = Pattern.compile("^#+ ", Pattern.MULTILINE).matcher(rest);
    return next.find() ? rest.substring(0, next.start()) : rest;
  }

  /** The rows of the first table after a text, without its head; cells without backticks. */
  public List<List<String>> table(String after) {
    int at = text.indexOf(after);
    if (at < 0) {
      throw new AssertionError(path + " has no " + after);
    }
    List<List<String>> rows = new ArrayList<>();
    for (String line : text.substring(at).lines().dropWhile(l -> !l.startsWith("|")).toList()) {
      if (!line.startsWith("|")) {
        break;
      }
      String[] cells = line.substring(1, line.length() - 1).split("\\|", -1);
      rows.add(Arrays.stream(cells).map(cell -> cell.replace("`", "").strip()).toList());
    }
    return rows.subList(2, rows.size());
  }

  /** The anchors of its headings, as GitHub makes them. */
  public List<String> anchors() {
    return Pattern.compile("^#+ (.*)$", Pattern.MULTILINE)
        .matcher(text)
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }
}
