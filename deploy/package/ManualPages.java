import dev.hookbridge.api.SettingKey;
import dev.hookbridge.cli.Main;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Writes a manual page for each command and one for the configuration, and the completion for bash,
 * from what the program says of itself: {@code java -cp 'lib/*' ManualPages.java FOLDER}. Run by stage.sh.
 */
final class ManualPages {
  private static final String FILES =
      """
      .SH FILES
      .TP
      .I /etc/hookbridge/hookbridge.yaml
      The configuration; every key stands in it with its default.
      .TP
      .I /etc/hookbridge/shim.conf
      What the hook reads: data\\-dir, when\\-full, reserve, allow\\-destructive.
      .TP
      .I /var/lib/hookbridge
      Calls that wait to be ingested, and events that wait for a broker.
      .TP
      .I /run/hookbridge/lost
      Calls that could not be written.
      .TP
      .I /etc/default/hookbridge, /etc/sysconfig/hookbridge
      JAVA_HOME, HOOKBRIDGE_HEAP and HOOKBRIDGE_JAVA_OPTS of the service.
      """;

  private static final Map<String, String> TITLES =
      Map.of(
          "top", "the top level",
          "sink", "every sink",
          "file", "sinks of type file",
          "kafka", "sinks of type kafka",
          "amqp", "sinks of type amqp",
          "rule", "rules of decisions");

  private static final String CONFIGURATION =
      """
      .SH DESCRIPTION
      The agent and all commands read
      .I /etc/hookbridge/hookbridge.yaml
      or what \\fB\\-\\-config\\fR names. It is YAML. The agent reads it when it starts. A key that nobody
      reads is refused. \\fBhookbridge check\\fR examines it without starting anything.
      .PP
      Any text may hold \\fB${file:\\fR\\fIPATH\\fR\\fB}\\fR, the content of a file, and
      \\fB${env:\\fR\\fINAME\\fR\\fB}\\fR. Sizes are written 65536, 64KiB, 4MiB, 1GiB; times 250ms, 2s, 5m, 1h.
      .SH EXAMPLE
      .nf
      host: kvm\\-07.example.org
      sinks:
        feed:
          type: kafka
          topic: libvirt.hooks
          properties: { bootstrap.servers: "kafka1.example.org:9092" }
      .fi
      """;

  private final String version;
  private final Map<String, String> pages = new TreeMap<>();

  private ManualPages(String version) {
    this.version = version;
  }

  public static void main(String[] arguments) throws IOException, ConfigException {
    CommandLine main = new CommandLine(Main.class);
    ManualPages pages = new ManualPages(main.getCommandSpec().version()[0]);
    pages.add(main.getCommandSpec());
    Path folder = Path.of(arguments[0]);
    Path manual = Files.createDirectories(folder.resolve("man/man8"));
    for (Map.Entry<String, String> page : pages.pages.entrySet()) {
      Files.writeString(manual.resolve(page.getKey() + ".8"), page.getValue());
    }
    Path formats = Files.createDirectories(folder.resolve("man/man5"));
    Files.writeString(formats.resolve("hookbridge.yaml.5"), pages.configuration());
    Path completions = Files.createDirectories(folder.resolve("bash-completion/completions"));
    // It is read by a shell, not run.
    Files.writeString(
        completions.resolve("hookbridge"),
        AutoComplete.bash("hookbridge", main).replaceFirst("^#!.*\n", ""));
  }

  private void add(CommandSpec command) {
    pages.put(name(command), page(command));
    command.subcommands().values().forEach(child -> add(child.getCommandSpec()));
  }

  /** hookbridge.yaml(5), from the keys themselves. */
  private String configuration() throws ConfigException {
    StringBuilder page = new StringBuilder();
    page.append(".TH \"HOOKBRIDGE.YAML\" 5 \"\" \"%s\" \"hookbridge\"\n".formatted(version));
    page.append(".nh\n.ad l\n.SH NAME\n");
    page.append(text("hookbridge.yaml")).append(" \\- configuration of hookbridge\n");
    page.append(CONFIGURATION);
    Config.sections().forEach((name, keys) -> keys(page, TITLES.getOrDefault(name, name), keys));
    page.append(".SH SEE ALSO\n\\fBhookbridge\\fR(8), \\fBhookbridge\\-check\\fR(8),\n");
    page.append(".I /usr/share/doc/hookbridge/docs/configuration.md\n");
    return page.toString();
  }

  private static void keys(StringBuilder page, String title, List<SettingKey<?>> keys) {
    page.append(".SH ").append(text(title.toUpperCase())).append('\n');
    for (SettingKey<?> key : keys) {
      page.append(".TP\n\\fB").append(text(key.name())).append("\\fR");
      if (key.required()) {
        page.append(" (required)");
      } else if (!key.fallback().isEmpty()) {
        page.append(" (default ").append(text(key.fallback())).append(')');
      }
      page.append('\n').append(text(key.description() + " Values: " + key.values() + ".")).append('\n');
    }
  }

  private static String name(CommandSpec command) {
    return command.qualifiedName("-");
  }

  private String page(CommandSpec command) {
    StringBuilder page = new StringBuilder();
    String name = name(command);
    page.append(".TH \"%s\" 8 \"\" \"%s\" \"hookbridge\"\n".formatted(name.toUpperCase(), version));
    page.append(".nh\n.ad l\n"); // names are not to be torn apart
    page.append(".SH NAME\n").append(text(name)).append(" \\- ");
    page.append(text(description(command.usageMessage().description()).replaceFirst("\\.$", "")));
    page.append("\n.SH SYNOPSIS\n.nf\n").append(text(synopsis(command))).append("\n.fi\n");
    page.append(".SH DESCRIPTION\n");
    page.append(text(description(command.usageMessage().description()))).append('\n');
    arguments(page, command);
    commands(page, command);
    footer(page, command);
    if (command.parent() == null) {
      page.append(FILES);
    }
    also(page, command);
    return page.toString();
  }

  private static String synopsis(CommandSpec command) {
    return new CommandLine.Help(command, CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .synopsis(0)
        .strip();
  }

  private static void arguments(StringBuilder page, CommandSpec command) {
    if (!command.positionalParameters().isEmpty()) {
      page.append(".SH ARGUMENTS\n");
      command
          .positionalParameters()
          .forEach(one -> item(page, "\\fI" + text(one.paramLabel()) + "\\fR", one));
    }
    page.append(".SH OPTIONS\n");
    for (OptionSpec option : command.options()) {
      List<String> names = new ArrayList<>();
      for (String each : option.names()) {
        names.add("\\fB" + text(each) + "\\fR");
      }
      boolean flag = option.arity().max() == 0;
      String value = flag ? "" : " \\fI" + text(option.paramLabel()) + "\\fR";
      item(page, String.join(", ", names) + value, option);
    }
  }

  private static void item(StringBuilder page, String term, ArgSpec argument) {
    page.append(".TP\n").append(term).append('\n');
    page.append(text(description(argument.description()))).append('\n');
  }

  private static void commands(StringBuilder page, CommandSpec command) {
    if (command.subcommands().isEmpty()) {
      return;
    }
    page.append(".SH COMMANDS\n");
    for (CommandLine child : new TreeMap<>(command.subcommands()).values()) {
      page.append(".TP\n\\fB").append(text(name(child.getCommandSpec()))).append("\\fR(8)\n");
      page.append(text(description(child.getCommandSpec().usageMessage().description())));
      page.append('\n');
    }
  }

  private static void footer(StringBuilder page, CommandSpec command) {
    String[] footer = command.usageMessage().footer();
    if (footer.length > 0) {
      page.append(".SH NOTES\n.nf\n");
      page.append(text(String.join("\n", footer).strip())).append("\n.fi\n");
    }
  }

  private static void also(StringBuilder page, CommandSpec command) {
    List<String> others = new ArrayList<>();
    if (command.parent() == null) {
      others.add("\\fBhookbridge.yaml\\fR(5)");
      others.add("\\fBvirsh\\fR(1)");
      others.add("\\fBlibvirtd\\fR(8)");
    } else {
      others.add("\\fB" + text(name(command.parent())) + "\\fR(8)");
    }
    page.append(".SH SEE ALSO\n").append(String.join(", ", others)).append('\n');
  }

  private static String description(String[] lines) {
    return String.join(" ", lines);
  }

  /** As roff prints it literally, line by line. */
  private static String text(String plain) {
    return plain
        .replace("\\", "\\e")
        .replace("-", "\\-")
        .replaceAll("(?m)^([.'])", "\\\\&$1");
  }
}
