package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.cli.Main;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code docs/commands.md} has every command, and of each every option and argument. */
class CommandsTest {
  private final Page page = Page.of("docs/commands.md");

  @TestFactory
  Stream<DynamicTest> everyOptionOfACommand() {
    return commands().stream()
        .map(
            command ->
                DynamicTest.dynamicTest(
                    command.qualifiedName(),
                    () ->
                        assertThat(documented(command))
                            .containsExactlyInAnyOrderElementsOf(there(command))));
  }

  @Test
  void everyCommandAndNoOther() {
    List<String> headings =
        Pattern.compile("^## `(.*)`$", Pattern.MULTILINE)
            .matcher(page.text())
            .results()
            .map(heading -> heading.group(1))
            .toList();
    assertThat(headings)
        .containsExactlyInAnyOrderElementsOf(
            commands().stream().map(CommandSpec::qualifiedName).toList());
  }

  @Test
  void helpAndVersionAreOfferedByAll() {
    assertThat(commands()).hasSizeGreaterThan(10);
    assertThat(commands())
        .allSatisfy(
            command -> {
              assertThat(command.findOption("--help")).isNotNull();
              assertThat(command.findOption("--version")).isNotNull();
              assertThat(command.version()).hasSize(1);
            });
  }

  /** The names in the first cells of the tables below the command's heading. */
  private List<String> documented(CommandSpec command) {
    List<String> names = new ArrayList<>();
    for (String line : page.section("## `" + command.qualifiedName() + "`").lines().toList()) {
      if (line.startsWith("| `")) {
        String cell = line.substring(2, line.indexOf(" |", 2));
        for (MatchResult name :
            Pattern.compile("`([^ `]+)[^`]*`").matcher(cell).results().toList()) {
          names.add(name.group(1));
        }
      }
    }
    return names;
  }

  private static List<String> there(CommandSpec command) {
    List<String> names = new ArrayList<>();
    command.options().stream()
        .filter(option -> !option.usageHelp() && !option.versionHelp())
        .forEach(option -> names.addAll(List.of(option.names())));
    command.positionalParameters().forEach(parameter -> names.add(parameter.paramLabel()));
    return names;
  }

  private static List<CommandSpec> commands() {
    List<CommandSpec> found = new ArrayList<>();
    below(new CommandLine(Main.class).getCommandSpec(), found);
    return found;
  }

  private static void below(CommandSpec parent, List<CommandSpec> found) {
    for (CommandLine child :
        new TreeSet<>(parent.subcommands().keySet())
            .stream().map(parent.subcommands()::get).toList()) {
      found.add(child.getCommandSpec());
      below(child.getCommandSpec(), found);
    }
  }
}
