using Ftte;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Personalization;

namespace Wearables.Learning;

/// <summary>Represents what the server trains: the blocks that a device can train within its memory together with the personal parameters of any policy, so that all methods train the same.</summary>
/// <param name="Selection">The selection of the server.</param>
/// <param name="Blocks">The names of its blocks.</param>
/// <param name="Engine">The engine options of a device; with little memory, it runs fewer examples at once.</param>
internal sealed record SharedPlan(ParameterSelection Selection, string[] Blocks, EngineOptions Engine)
{
    /// <summary>Plans for the memory of a device.</summary>
    /// <param name="network">The network.</param>
    /// <param name="sgd">The training options.</param>
    /// <param name="memoryBytes">The memory of a device for training.</param>
    /// <exception cref="Ftte.Selection.BudgetTooSmallException">Nothing fits.</exception>
    public static SharedPlan Create(Network network, SgdOptions sgd, long memoryBytes)
    {
        for (long budget = memoryBytes; ;)
        {
            FittedPlan fitted = network.Fit(budget, sgd, inputShares: [1]);
            ParameterSelection selection = fitted.Plan.Selection;
            string[] blocks = [.. network.Layout.Blocks.Where(block => selection.Contains(block.Range.Start)).Select(block => block.Name)];
            var plan = new SharedPlan(selection, blocks, fitted.Engine);
            long excess = Method.All.Max(method => plan.Measure(network, sgd, method)) - memoryBytes;
            if (excess <= 0)
            {
                return plan;
            }

            budget -= excess;
        }
    }

    /// <summary>Returns the peak memory of a method on a device.</summary>
    public long Measure(Network network, SgdOptions sgd, Method method) => method.CreatePolicy is { } create
        ? new PersonalModel(network, create(Blocks, Method.HeadEpochs)).Plan(Selection, sgd, Engine).PeakBytes
        : network.Plan(Selection, sgd, Engine).PeakBytes;
}
