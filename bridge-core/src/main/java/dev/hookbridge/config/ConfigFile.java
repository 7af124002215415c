package dev.hookbridge.config;

import dev.hookbridge.api.ErrorText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads YAML into maps, lists and scalars, and replaces {@code ${env:…}}. A text with {@code
 * ${file:…}} becomes a {@link Supplier} that reads the file at each call. The file is also read
 * once at the start, as a check.
 */
final class ConfigFile {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(file|env):([^}]*)}");
  private static final int MOST_SECRET = 64 << 10;

  private final Path file;
  private final Map<String, String> environment;

  ConfigFile(Path file, Map<String, String> environment) {
    this.file = file;
    this.environment = environment;
  }

  /** Returns the top level of the file, or an empty map for an empty file. */
  Map<String, Object> read() throws ConfigException {
    try {
      return parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new ConfigException("there is no " + file + ": write it or name another with --config");
    } catch (IOException e) {
      throw new ConfigException(
          "the configuration cannot be read from "
              + file
              + " ("
              + ErrorText.of(e)
              + "): check the file");
    }
  }

  Map<String, Object> parse(String text) throws ConfigException {
    try {
      LoadSettings settings =
          LoadSettings.builder().setLabel(file.toString()).setAllowDuplicateKeys(false).build();
      Object top = new Load(settings).loadFromString(text);
      if (top == null) {
        return Map.of();
      }
      if (top instanceof Map<?, ?> map) {
        return section(map);
      }
      throw new ConfigException(file + " is not a map of settings: begin with 'sinks:'");
    } catch (YamlEngineException e) {
      throw new ConfigException(file + " is not YAML (" + problem(e) + "): fix the syntax");
    }
  }

  /**
   * Returns the position and the problem. The library's own message begins with the context and
   * names the problem much later.
   */
  private static String problem(YamlEngineException e) {
    if (e instanceof MarkedYamlEngineException marked && marked.getProblem() != null) {
      String place =
          marked
              .getProblemMark()
              .map(mark -> "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
              .orElse("");
      return place + (place.isEmpty() ? "" : ": ") + ErrorText.of(marked.getProblem());
    }
    return ErrorText.of(e);
  }

  private Map<String, Object> section(Map<?, ?> map) throws ConfigException {
    Map<String, Object> section = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      Object value = value(entry.getValue());
      if (value != null) {
        section.put(String.valueOf(entry.getKey()), value);
      }
    }
    return section;
  }

  @SuppressWarnings("NullAway") // a YAML value may be null
  private Object value(Object value) throws ConfigException {
    if (value instanceof Map<?, ?> map) {
      return section(map);
    }
    if (value instanceof List<?> list) {
      List<Object> values = new java.util.ArrayList<>();
      for (Object item : list) {
        values.add(value(item));
      }
      return values;
    }
    return value instanceof String text ? text(text) : value;
  }

  private Object text(String text) throws ConfigException {
    String now = replace(text);
    return text.contains("${file:") ? (Supplier<String>) () -> again(text) : now;
  }

  private String again(String text) {
    try {
      return replace(text);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private String replace(String text) throws ConfigException {
    Matcher matcher = REFERENCE.matcher(text);
    StringBuilder replaced = new StringBuilder();
    while (matcher.find()) {
      boolean fromFile = matcher.group(1).equals("file");
      String value = fromFile ? secret(matcher.group(2)) : variable(matcher.group(2));
      matcher.appendReplacement(replaced, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(replaced).toString();
  }

  /** Reads a file and removes the newline that editors leave at its end. */
  private String secret(String name) throws ConfigException {
    try {
      Path path = Path.of(name);
      if (Files.size(path) > MOST_SECRET) {
        throw new ConfigException("${file:" + name + "} in " + file + " has more than 64 KiB");
      }
      return Files.readString(path).stripTrailing();
    } catch (IOException | InvalidPathException e) {
      throw new ConfigException(
          "${file:"
              + name
              + "} in "
              + file
              + " cannot be read: make it, owned by the agent's user ("
              + ErrorText.of(e)
              + ")");
    }
  }

  private String variable(String name) throws ConfigException {
    String value = environment.get(name);
    if (value == null) {
      throw new ConfigException("${env:" + name + "} in " + file + " is not set: set it");
    }
    return value;
  }
}
