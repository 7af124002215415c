package dev.hookbridge.decider;

import dev.hookbridge.command.CommonOptions;
import dev.hookbridge.command.Failures;
import dev.hookbridge.command.Version;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.SinkConfig;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Implements {@code hookbridge decide}: a decider. A program decides each request, or the operator
 * decides all of them for a drill.
 */
@Command(
    name = DecideCommand.NAME,
    description = "Answers requests for decisions by a program's exit code.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {
      "",
      "The program gets the request as a CloudEvent in JSON on its stdin. Exit 0 allows, 1 vetoes with",
      "what it wrote to stderr as the reason; anything else is no answer. Arguments after PROGRAM are passed to it.",
      "",
      "Examples:",
      "  hookbridge decide --rule placement --exec /etc/hookbridge/placement.py --limit 64",
      "  hookbridge decide --veto 'maintenance until 18:00'"
    })
public final class DecideCommand implements Callable<Integer> {
  static final String NAME = "decide";
  private static final Pattern RULE = Pattern.compile("\\*|[a-z][a-z0-9-]{0,62}");
  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final int LONGEST_DECIDER = 256;
  private static final int MOST_JOBS = 1_000;
  private static final long STOPPING_SECONDS = 8;

  @Mixin CommonOptions setup = new CommonOptions();

  @Option(
      names = "--sink",
      paramLabel = "NAME",
      description = "The sink whose broker is used; default: the first that supports decisions.")
  @Nullable String sink;

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      defaultValue = "*",
      description = "Only this rule's requests; default: every rule's.")
  String rule = "*";

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      defaultValue = "default",
      description =
          "Deciders of a group share the requests, each group gets all; default: default.")
  String group = "default";

  @Option(
      names = "--decider",
      paramLabel = "DECIDER",
      description = "The name in the replies; default: this host's.")
  @Nullable String decider;

  @Option(names = "--exec", description = "Run PROGRAM for each request.")
  boolean exec;

  @Option(names = "--allow", description = "Allow everything.")
  boolean allow;

  @Option(names = "--veto", paramLabel = "REASON", description = "Veto everything.")
  @Nullable String veto;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many at a time; default: 4.")
  int jobs = 4;

  @Parameters(
      arity = "0..*",
      paramLabel = "PROGRAM",
      description = "The program and its arguments.")
  List<String> program = new ArrayList<>();

  @Spec CommandSpec spec = CommandSpec.create();

  /**
   * Prepares the command line: options after PROGRAM belong to the program, even if they look like
   * options of this command.
   */
  public static void prepare(CommandLine main) {
    Objects.requireNonNull(main.getSubcommands().get(NAME)).setStopAtPositional(true);
  }

  @Override
  public Integer call() throws Exception {
    usage();
    Config config = setup.config();
    String name = decider == null ? config.host() : decider;
    DecideLoop loop =
        new DecideLoop(chosen(config).plan(), group, rule, jobs, name, provider(), out());
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook = new Thread(() -> stop(loop, ended), "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      loop.run();
      return 0;
    } finally {
      ended.countDown();
    }
  }

  private PrintStream out() {
    return new PrintStream(System.err, true, java.nio.charset.StandardCharsets.UTF_8);
  }

  /**
   * Stops the loop after a signal. A requested stop is not a failure. Running programs end with
   * this command.
   */
  private static void stop(DecideLoop loop, CountDownLatch ended) {
    if (ended.getCount() == 0) {
      return;
    }
    loop.stop();
    try {
      if (ended.await(STOPPING_SECONDS, TimeUnit.SECONDS)) {
        Runtime.getRuntime().halt(0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void usage() {
    int ways = (exec ? 1 : 0) + (allow ? 1 : 0) + (veto == null ? 0 : 1);
    require(ways == 1, "choose one of --exec PROGRAM, --allow and --veto REASON");
    require(exec == !program.isEmpty(), "--exec needs a PROGRAM, and PROGRAM needs --exec");
    require(RULE.matcher(rule).matches(), "--rule '" + rule + "' is not a valid rule name");
    require(
        GROUP.matcher(group).matches(),
        "--group '" + group + "' is not a valid name: write up to 64 letters, digits, '_' or '-'");
    require(
        decider == null || (!decider.isBlank() && decider.length() <= LONGEST_DECIDER),
        "--decider is empty or longer than " + LONGEST_DECIDER + " characters");
    require(jobs >= 1 && jobs <= MOST_JOBS, "--jobs is 1 to " + MOST_JOBS);
  }

  private void require(boolean right, String sentence) {
    if (!right) {
      throw new ParameterException(spec.commandLine(), sentence);
    }
  }

  private SinkConfig chosen(Config config) throws Exception {
    SinkConfig chosen =
        sink == null
            ? config.sinks().stream()
                .filter(one -> one.plan().transport().carriesDecisions())
                .findFirst()
                .orElseThrow(
                    () ->
                        new Failures.Failure(
                            "no sink of the configuration supports decisions: add one of type kafka"
                                + " or amqp"))
            : setup.sink(sink);
    if (!chosen.plan().transport().carriesDecisions()) {
      throw new Failures.Failure(
          "sink "
              + chosen.name()
              + " of type "
              + chosen.plan().transport().type()
              + " does not support decisions: name one of type kafka or amqp");
    }
    return chosen;
  }

  private DecisionProvider provider() throws Failures.Failure {
    if (exec) {
      return new DecideProgram(program);
    }
    return DecisionProvider.always(veto == null ? DecideAnswer.allow() : DecideAnswer.veto(veto));
  }
}
