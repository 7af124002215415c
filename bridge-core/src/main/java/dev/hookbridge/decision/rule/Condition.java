package dev.hookbridge.decision.rule;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.jexl3.JexlBuilder;
import org.apache.commons.jexl3.JexlEngine;
import org.apache.commons.jexl3.JexlException;
import org.apache.commons.jexl3.JexlFeatures;
import org.apache.commons.jexl3.JexlScript;
import org.apache.commons.jexl3.MapContext;
import org.apache.commons.jexl3.introspection.JexlPermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An expression over an event's data, in the language of Apache Commons JEXL, for instance {@code
 * domain.memoryKiB > 67108864}. It can compare and compute: no loops, no assignments, no methods,
 * no classes, and nothing to reach but maps, lists, numbers and texts.
 *
 * <p>Safe between threads. Loaded only where a rule has one.
 */
public final class Condition {
  private static final Logger LOG = LoggerFactory.getLogger(Condition.class);

  /** The members of a hook event's data, but for the XML. */
  static final List<String> VARIABLES =
      List.of("hook", "host", "late", "truncated", "parseError", "domain", "network", "port");

  private static final JexlFeatures FEATURES =
      JexlFeatures.createNone().arrayReferenceExpr(true).structuredLiteral(true);
  private static final JexlEngine ENGINE =
      new JexlBuilder()
          .features(FEATURES)
          .permissions(JexlPermissions.SECURE)
          .strict(true)
          .safe(false)
          .silent(false)
          .create();

  private final String text;
  private final JexlScript script;

  private Condition(String text, JexlScript script) {
    this.text = text;
    this.script = script;
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException with the end of a sentence that began with the expression
   */
  public static Condition of(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("is empty: write one, or leave it out");
    }
    try {
      JexlScript script = ENGINE.createScript(FEATURES, null, text);
      Set<String> unknown = new TreeSet<>();
      script.getVariables().forEach(path -> unknown.add(path.get(0)));
      unknown.removeAll(VARIABLES);
      if (!unknown.isEmpty()) {
        throw new IllegalArgumentException(
            "speaks of " + String.join(", ", unknown) + ": an event's data has " + VARIABLES);
      }
      Condition condition = new Condition(text, script);
      condition.holds(Map.of()); // so that the first call does not wait for classes to be loaded
      return condition;
    } catch (JexlException e) {
      throw new IllegalArgumentException("is no expression (" + detail(e) + "): mend it", e);
    }
  }

  /**
   * What it says of members that the data of these calls never has, a sentence each. Such a member
   * has no value: compared with {@code ==} it is never equal, compared with {@code >} it cannot be
   * computed.
   */
  public List<String> doubts(When when) {
    return ConditionDoubts.of(script.getVariables(), when);
  }

  private static String detail(JexlException e) {
    String detail = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return detail.replaceFirst("^.*?@", "");
  }

  /**
   * Whether it holds for an event. What cannot be computed, because a member is missing for
   * instance, counts as true: then the deciders judge.
   *
   * @param data as {@link EventMap} gives it
   */
  public boolean holds(Map<String, Object> data) {
    try {
      return !Boolean.FALSE.equals(script.execute(new MapContext(data)));
    } catch (JexlException | ArithmeticException | StackOverflowError e) {
      LOG.debug("a condition cannot be computed and counts as true: {}", e.toString());
      return true;
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
