package dev.hookbridge.cli;

import dev.hookbridge.command.CommonOptions;
import dev.hookbridge.command.Failures;
import dev.hookbridge.command.Version;
import dev.hookbridge.config.HostPaths;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Implements {@code hookbridge fire}: makes hook calls for tests, drills and recordings. libvirt
 * itself never calls this.
 */
@Command(
    name = "fire",
    description = "Makes hook calls as libvirt would.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {
      "",
      "Examples:",
      "  hookbridge fire --driver qemu web1 prepare begin - < web1.xml",
      "  hookbridge fire --recording life.jsonl --pace"
    })
final class FireCommand implements Callable<Integer> {
  @Option(
      names = "--driver",
      paramLabel = "DRIVER",
      defaultValue = "qemu",
      description = "Default: ${DEFAULT-VALUE}.")
  String driver = "qemu";

  @Option(
      names = "--recording",
      paramLabel = "FILE",
      description = "JSON lines with path, args, stdin and atMillis.")
  @Nullable Path recording;

  @Option(names = "--pace", description = "Keep the gaps between the recorded calls.")
  boolean pace;

  @Option(names = "--times", paramLabel = "N", defaultValue = "1", description = "Play N times.")
  int times = 1;

  @Parameters(
      index = "0..3",
      paramLabel = "ARGUMENT",
      description = "object operation suboperation extra, as libvirt passes them.")
  List<String> arguments = new ArrayList<>();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    List<Recording.Call> calls = recording == null ? List.of(ownCall()) : Recording.read(recording);
    HostPaths places = new CommonOptions().places();
    if (!Files.isDirectory(places.mail().resolve("new"))) {
      throw new Failures.Failure(
          places.mail() + " is missing: start the agent once, or run layout.sh as root");
    }
    PrintWriter err = spec.commandLine().getErr();
    int failed = 0;
    try (HookInvoker trigger = new HookInvoker(places)) {
      for (int i = 0; i < times; i++) {
        failed += play(calls, trigger, err);
      }
      err.printf(
          "%d calls made by %s, %d exits other than 0%n",
          calls.size() * times, trigger.hook(), failed);
    }
    return failed == 0 ? 0 : 1;
  }

  private Recording.Call ownCall() throws IOException {
    // Users do not type XML at a terminal. libvirt's daemon hook has no stdin either.
    boolean terminal = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).startsWith("/dev/pts");
    byte[] stdin = terminal ? new byte[0] : System.in.readAllBytes();
    return new Recording.Call(0, driver, arguments, stdin);
  }

  private int play(List<Recording.Call> calls, HookInvoker trigger, PrintWriter err)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    int failed = 0;
    for (Recording.Call call : calls) {
      if (pace) {
        await(begin + call.atMillis() * 1_000_000);
      }
      int exit = trigger.fire(call);
      if (exit != 0) {
        failed++;
        err.printf("%s %s: exit %d%n", call.driver(), call.arguments(), exit);
      }
    }
    return failed;
  }

  private static void await(long moment) {
    for (long left = moment - System.nanoTime(); left > 0; left = moment - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
