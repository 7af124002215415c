package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Links between pages, and into the code, lead somewhere. */
class LinksTest {
  private static final Pattern LINK =
      Pattern.compile("]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");

  @Test
  void everyLinkLeadsSomewhere() {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Page page : Page.all()) {
      for (MatchResult link : LINK.matcher(page.text()).results().toList()) {
        links++;
        if (!leads(page, link.group(1), link.group(2))) {
          broken.add(page.path() + ": " + link.group());
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(links).isGreaterThan(20);
  }

  @Test
  void theReadmeNamesEveryPage() {
    String readme = Page.of("README.md").text();
    assertThat(Page.all())
        .extracting(Page::path)
        .filteredOn(path -> !path.equals("README.md"))
        .allSatisfy(path -> assertThat(readme).contains("](" + path + ")"));
  }

  private static boolean leads(Page from, String path, String anchor) {
    Path root = Repository.root();
    Path target =
        path.isEmpty() ? root.resolve(from.path()) : root.resolve(from.path()).resolveSibling(path);
    if (!Files.exists(target)) {
      return false;
    }
    return anchor == null
        || Page.of(root.relativize(target.normalize()).toString()).anchors().contains(anchor);
  }
}
