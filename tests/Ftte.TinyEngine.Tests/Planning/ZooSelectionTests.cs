using Ftte.Selection;

namespace Ftte.TinyEngine.Tests;

/// <summary>The exact selector on the networks of the zoo where budgets are unlimited, very large, or just too small.</summary>
public class ZooSelectionTests
{
    public static TheoryData<string> Names => [.. NetworkZoo.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Select_with_a_compute_budget_returns_the_same_importance_for_every_memory_budget_that_does_not_bind(string name)
    {
        (TrainingProfile profile, BlockImportance importance) = Make(name);
        long forward = profile.Steps.Sum(s => s.ForwardMultiplyAdds), gradients = profile.Steps.Sum(s => s.InputGradientMultiplyAdds);
        foreach (double share in new[] { 0.0001, 0.003, 0.03, 0.3 })
        {
            var request = new SelectionRequest(profile, importance, 1L << 40) { ComputeBudget = forward + (long)(share * gradients) };
            object expected = Outcome(request);
            Assert.Equal(expected, Outcome(request with { MemoryBudgetBytes = long.MaxValue }));
            Assert.Equal(expected, Outcome(request with { MemoryBudgetBytes = 1L << 62, PayloadBudgetBytes = long.MaxValue - 1 }));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Select_refuses_each_budget_one_below_the_smallest_that_fits_and_accepts_that_one(string name)
    {
        (TrainingProfile profile, BlockImportance importance) = Make(name);
        var unlimited = new SelectionRequest(profile, importance, long.MaxValue);
        AssertEdge(bytes => unlimited with { MemoryBudgetBytes = bytes });
        AssertEdge(bytes => unlimited with { PayloadBudgetBytes = bytes });
        AssertEdge(multiplyAdds => unlimited with { ComputeBudget = multiplyAdds });
        Assert.Equal(profile.Layout.ParameterCount, new ExactSelector().Select(unlimited).Selection.Count + profile.Layout.ParameterCount - Trainable(profile));

        static void AssertEdge(Func<long, SelectionRequest> make)
        {
            long required = Assert.Throws<BudgetTooSmallException>(() => new ExactSelector().Select(make(0))).Required;
            Assert.Equal(required, Assert.Throws<BudgetTooSmallException>(() => new ExactSelector().Select(make(required - 1))).Required);
            Assert.NotEqual(0, new ExactSelector().Select(make(required)).Selection.Count);
        }
    }

    private static int Trainable(TrainingProfile profile) =>
        ParameterSelection.Create(profile.Layout.ParameterCount, profile.Steps.SelectMany(s => s.Choices).SelectMany(c => c.Ranges)).Count;

    private static (TrainingProfile Profile, BlockImportance Importance) Make(string name)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        var random = new Random(3);
        return (network.Profile(1, [0.125, 0.25, 0.5, 1.0]), new BlockImportance(network.Layout, [.. network.Layout.Blocks.Select(b => random.NextDouble() * b.Range.Length)]));
    }

    private static (double Objective, double? UpperBound, SelectionBudget? Refused) Outcome(SelectionRequest request)
    {
        try
        {
            SelectionCertificate certificate = new ExactSelector().Select(request).Certificate;
            return (certificate.Objective, certificate.UpperBound, null);
        }
        catch (BudgetTooSmallException refusal)
        {
            return (0, null, refusal.Budget);
        }
    }
}
