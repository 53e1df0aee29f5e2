using Ftte;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Personalization;

namespace Wearables.Learning;

/// <summary>Represents what the server trains: the blocks that a watch can train within its memory together with the personal parameters of any policy, so that all methods train the same.</summary>
/// <param name="Selection">The selection of the server.</param>
/// <param name="Blocks">The names of its blocks.</param>
/// <param name="Watch">The engine options of a watch, which runs fewer examples at once.</param>
internal sealed record SharedPlan(ParameterSelection Selection, string[] Blocks, EngineOptions Watch)
{
    /// <summary>Plans for the memory of a watch.</summary>
    /// <param name="network">The network.</param>
    /// <param name="sgd">The training options.</param>
    /// <param name="watchBytes">The memory of a watch.</param>
    /// <exception cref="Ftte.Selection.BudgetTooSmallException">Nothing fits.</exception>
    public static SharedPlan Create(Network network, SgdOptions sgd, long watchBytes)
    {
        for (long budget = watchBytes; ;)
        {
            FittedPlan fitted = network.Fit(budget, sgd, inputShares: [1]);
            ParameterSelection selection = fitted.Plan.Selection;
            string[] blocks = [.. network.Layout.Blocks.Where(block => selection.Contains(block.Range.Start)).Select(block => block.Name)];
            var plan = new SharedPlan(selection, blocks, fitted.Engine);
            long excess = Method.All.Max(method => plan.Measure(network, sgd, method, fitted.Engine)) - watchBytes;
            if (excess <= 0)
            {
                return plan;
            }

            budget -= excess;
        }
    }

    /// <summary>Returns the peak memory of a method on a device.</summary>
    public long Measure(Network network, SgdOptions sgd, Method method, EngineOptions? engine) => method.CreatePolicy is { } create
        ? new PersonalModel(network, create(Blocks, Method.HeadEpochs)).Plan(Selection, sgd, engine).PeakBytes
        : network.Plan(Selection, sgd, engine).PeakBytes;
}
