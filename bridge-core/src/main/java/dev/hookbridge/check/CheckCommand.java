package dev.hookbridge.check;

import dev.hookbridge.api.Check;
import dev.hookbridge.command.CommonOptions;
import dev.hookbridge.command.Line;
import dev.hookbridge.command.Version;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.ConfigWarnings;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.config.SinkConfig;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Implements {@code hookbridge check}. It prints one line per finding: ok, warning or failure, with
 * advice. The exit code is 1 when there is a failure.
 */
@Command(
    name = "check",
    description = "Examines configuration, folders and brokers; changes nothing without --create.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class CheckCommand implements Callable<Integer> {
  @Mixin CommonOptions setup = new CommonOptions();

  @Option(names = "--create", description = "Create the missing topic, exchange and queue.")
  boolean create;

  @Override
  public Integer call() throws Exception {
    HostPaths places = setup.places();
    Config config = setup.config();
    List<Check> checks = new ArrayList<>();
    checks.add(Check.ok("configuration", config.sinks().size() + " sinks, host " + config.host()));
    checks.addAll(ConfigWarnings.of(config));
    checks.addAll(FolderChecks.of(places));
    checks.addAll(HttpChecks.of(config, places));
    checks.addAll(SpoolChecks.of(config, places));
    for (SinkConfig sink : config.sinks()) {
      checks.addAll(SinkChecks.of(config, sink, create));
    }
    checks.addAll(RuleChecks.of(config, places));
    checks.forEach(check -> print(System.out, check));
    return failed(checks) ? 1 : 0;
  }

  /** Returns whether a finding is a failure. */
  public static boolean failed(List<Check> checks) {
    return checks.stream().anyMatch(check -> check.level() == Check.Level.FAILURE);
  }

  /** Prints a finding as one line. */
  public static void print(PrintStream out, Check check) {
    String level =
        switch (check.level()) {
          case OK -> "ok     ";
          case WARNING -> "warning";
          case FAILURE -> "failure";
        };
    out.println(level + " " + Line.safe(check.what() + ": " + check.message()));
  }
}
