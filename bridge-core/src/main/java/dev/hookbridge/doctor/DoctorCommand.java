package dev.hookbridge.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookbridge.api.Check;
import dev.hookbridge.check.CheckCommand;
import dev.hookbridge.command.CommonOptions;
import dev.hookbridge.command.Version;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Implements {@code hookbridge doctor}. It prints one line per finding: ok, warning or failure,
 * with advice, in the order of an event's path.
 */
@Command(
    name = "doctor",
    description =
        "Finds why no event arrives: checks each step of an event's path and sends a test event. Run it as root.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class DoctorCommand implements Callable<Integer> {
  @Mixin CommonOptions setup = new CommonOptions();
  @Mixin HooksTarget target = new HooksTarget();

  @Option(names = "--json", description = "One JSON object instead of lines, for programs.")
  boolean json;

  @Option(names = "--no-send", description = "Send no test event.")
  boolean noSend;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
    PrintStream out = System.out;
    List<Check> checks =
        new Doctor(setup.places(), arguments)
            .examine(check -> print(out, check), line -> System.err.println("hookbridge: " + line));
    if (json) {
      out.println(document(checks));
    }
    return CheckCommand.failed(checks) ? 1 : 0;
  }

  private void print(PrintStream out, Check check) {
    if (!json) {
      CheckCommand.print(out, check);
    }
  }

  /**
   * Returns the findings as JSON: {@code {"level": the worst, "checks": [{"level", "what",
   * "message"}, …]}}.
   */
  static String document(List<Check> checks) throws IOException {
    Check.Level worst =
        checks.stream()
            .map(Check::level)
            .max(Comparator.naturalOrder())
            .orElse(Check.Level.FAILURE);
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("level", word(worst));
      json.writeArrayFieldStart("checks");
      for (Check check : checks) {
        json.writeStartObject();
        json.writeStringField("level", word(check.level()));
        json.writeStringField("what", check.what());
        json.writeStringField("message", check.message());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.toString();
  }

  private static String word(Check.Level level) {
    return level.name().toLowerCase(Locale.ROOT);
  }
}
