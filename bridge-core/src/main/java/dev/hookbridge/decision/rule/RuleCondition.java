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
 * A condition on an event's data, for example {@code domain.memoryKiB > 67108864}. The language is
 * Apache Commons JEXL. A condition can compare and compute. It has no loops, assignments, methods
 * or classes, and it can only access maps, lists, numbers and texts.
 *
 * <p>Thread-safe. The class is loaded only if a rule has a condition.
 */
public final class RuleCondition {
  private static final Logger LOG = LoggerFactory.getLogger(RuleCondition.class);

  /** The members of a hook event's data, without the XML. */
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

  private RuleCondition(String text, JexlScript script) {
    this.text = text;
    this.script = script;
  }

  /**
   * Parses an expression.
   *
   * @throws IllegalArgumentException if the expression is invalid; the message continues a sentence
   *     that begins with the expression
   */
  public static RuleCondition of(String text) {
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
      RuleCondition condition = new RuleCondition(text, script);
      condition.holds(Map.of()); // so the first call does not wait for class loading
      return condition;
    } catch (JexlException e) {
      throw new IllegalArgumentException(
          "is not an expression (" + detail(e) + "): fix the syntax", e);
    }
  }

  /**
   * Returns a warning for each member that the data of these calls never has. Each warning is one
   * sentence. Such a member has no value: a comparison with {@code ==} is never true, and a
   * comparison with {@code >} cannot be computed.
   */
  public List<String> doubts(OperationPattern when) {
    return ConditionWarnings.of(script.getVariables(), when);
  }

  private static String detail(JexlException e) {
    String detail = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return detail.replaceFirst("^.*?@", "");
  }

  /**
   * Returns whether the condition is true for an event. A condition that cannot be computed, for
   * example because a member is missing, counts as true. Then the deciders decide.
   *
   * @param data the event's data, as {@link EventMap} returns it
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
