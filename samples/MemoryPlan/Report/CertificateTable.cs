using Ftte.Samples.Shared;
using Ftte.Selection;
using MemoryPlan.Planning;
using Spectre.Console;

namespace MemoryPlan.Report;

/// <summary>Shows the importance and the cost of a selection, the bound on any better one, and the result of the verification.</summary>
internal static class CertificateTable
{
    // A gap below this value is rounding: see the remarks of SelectionCertificate.Gap.
    private const double Rounding = 1e-12;

    public static void Write(IAnsiConsole console, PlanOptions options, DevicePlan plan)
    {
        var facts = new FactList();
        foreach ((string name, string text) in Lines(options, plan))
        {
            facts.Add(name, text);
        }

        bool isVerified = plan.Faults.Count == 0;
        facts.Add(
            "certificate",
            isVerified ? "verified: every figure of the certificate was recomputed, and every budget is kept" : string.Join(' ', plan.Faults),
            isVerified ? "green" : "red");
        facts.Write(console);
    }

    private static IEnumerable<(string Name, string Text)> Lines(PlanOptions options, DevicePlan plan)
    {
        SelectionCertificate certificate = plan.Certificate;
        Peak binding = plan.Binding;
        int trainable = plan.Problem.Network.Trainable.Count;
        yield return ("trained", $"{plan.Result.Selection.Count:N0} of {trainable:N0} parameters, {Units.Percent(plan.TrainedShare)}");
        yield return ("importance", $"{Format(certificate.Objective)}, {Units.Percent(plan.ObjectiveShare)} of training everything");
        yield return ("at most", Bound(options, plan));
        yield return (
            "memory",
            $"peak {ByteSize.ToText(certificate.Timeline.PeakBytes)} in {binding.Name}, {binding.Pass}; {ByteSize.ToText(options.BudgetBytes - certificate.Timeline.PeakBytes)} of {ByteSize.ToText(options.BudgetBytes)} left"
            + (plan.Request.MemoryBudgetBytes < options.BudgetBytes
                ? $", {ByteSize.ToText(options.BudgetBytes - plan.Request.MemoryBudgetBytes)} of it for gaps between tensors"
                : ""));
        yield return (
            "payload",
            $"{ByteSize.ToText(certificate.PayloadBytes)} each way"
            + (certificate.PayloadSlackBytes is { } bytes ? $"; {ByteSize.ToText(bytes)} of {ByteSize.ToText(options.PayloadBytes!.Value)} left" : ""));
        yield return (
            "compute",
            $"{LargeNumber.ToText(certificate.MultiplyAdds)} multiply-adds per example"
            + (certificate.ComputeSlack is { } count ? $"; {LargeNumber.ToText(count)} of {LargeNumber.ToText(options.Compute!.Value)} left" : ""));
        long less = certificate.Timeline.PeakBytes - plan.Training.PeakBytes;
        yield return (
            "plan",
            $"training takes {ByteSize.ToText(plan.Training.PeakBytes)} to the byte ({plan.Training.PeakBytes:N0})"
            + (less > 0 ? $", {ByteSize.ToText(less)} less than the certificate counts" : less < 0 ? $", {ByteSize.ToText(-less)} of it gaps between tensors" : ", as the certificate says"));
        yield return (
            "without a plan",
            $"training everything would take {ByteSize.ToText(plan.Training.EagerBytes)}: "
            + $"{Units.Percent(Math.Abs(plan.SavedShare))} {(plan.SavedShare >= 0 ? "saved" : "more than that")}");
    }

    private static string Bound(PlanOptions options, DevicePlan plan)
    {
        if (plan.Certificate is not { UpperBound: { } bound, Gap: { } gap })
        {
            return $"{options.Selector} gives no bound on other selections";
        }

        double share = plan.Problem.Share(gap);
        string within = plan.Request.MemoryBudgetBytes < options.BudgetBytes ? "within the budgets, with room for the gaps," : "within the budgets";
        return share <= Rounding
            ? $"no selection {within} has a higher importance: this one is optimal"
            : $"no selection {within} has a higher importance than {Format(bound)}, {Units.Percent(plan.Problem.Share(bound))}; the gap is {100 * share:0.###} %";
    }

    // Importance has no unit: counts of parameters are written in full, other sums with a few digits.
    private static string Format(double importance) => importance >= 1000 ? $"{importance:N0}" : $"{importance:G5}";
}
