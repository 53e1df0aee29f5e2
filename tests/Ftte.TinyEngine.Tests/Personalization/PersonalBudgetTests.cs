using Ftte.Selection;
using Ftte.TinyEngine.Personalization;
using static Ftte.TinyEngine.Tests.Personalization.PersonalBench;

namespace Ftte.TinyEngine.Tests.Personalization;

/// <summary>Budgets of a device that holds personal parameters.</summary>
public class PersonalBudgetTests
{
    /// <summary>A newcomer has no assignment whose budget could be used.</summary>
    [Theory]
    [MemberData(nameof(Names), MemberType = typeof(PersonalBench))]
    public void A_newcomer_tunes_within_the_budget_that_it_specifies_to_the_same_bits(string policy)
    {
        PersonalModel model = Create(policy), unlimited = Create(policy);
        ParameterSelection nothing = ParameterSelection.Create(Start.Length, []);
        long least = new[] { 4, 2, 1 }.Min(micro => model.Plan(nothing, Options, new EngineOptions { MicroBatchSize = micro }).PeakBytes);
        using LocalTrainer limited = Trainer(model), plain = Trainer(unlimited), refused = Trainer(Create(policy));

        limited.Personalize(Start, least);
        plain.Personalize(Start);

        Assert.InRange(limited.Plan!.PeakBytes, model.MemoryBytes, least);
        Assert.Equal(ModelOf(unlimited), ModelOf(model));
        Assert.Equal(least, Assert.Throws<BudgetTooSmallException>(() => refused.Personalize(Start, least - 1)).Required);
        Assert.Throws<ArgumentOutOfRangeException>(() => refused.Personalize(Start, -1));
    }
}
