package dev.hookbridge.command;

import dev.hookbridge.config.Config;
import dev.hookbridge.config.ConfigException;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.config.SinkConfig;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options and lookups that every command shares: paths and configuration. */
public final class CommonOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration; default: hookbridge.yaml in /etc/hookbridge or <data>/etc.")
  @Nullable Path file;

  /** Returns the paths of this host, by the environment. */
  public HostPaths places() {
    return HostPaths.resolve(System.getenv());
  }

  /**
   * Loads the configuration.
   *
   * @throws ConfigException when it is missing or wrong
   */
  public Config config() throws ConfigException {
    return Config.load(file, places(), System.getenv());
  }

  /**
   * Returns the sink with this name. Without a name it returns the first sink.
   *
   * @throws ConfigException when there is no such sink
   */
  public SinkConfig sink(@Nullable String name) throws ConfigException {
    Config config = config();
    Optional<SinkConfig> found =
        config.sinks().stream()
            .filter(sink -> name == null || sink.name().equals(name))
            .findFirst();
    return found.orElseThrow(
        () ->
            new ConfigException(
                "there is no sink '"
                    + name
                    + "': the configuration has "
                    + config.sinks().stream().map(SinkConfig::name).toList()));
  }
}
