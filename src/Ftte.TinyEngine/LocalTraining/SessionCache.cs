using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Keeps the plan and the arena of the latest training while the selection, the budget and the number of kept features stay the same.</summary>
/// <remarks>At most one arena is held at a time.</remarks>
internal sealed class SessionCache(Network network, IExampleSource examples, SgdOptions options, EngineOptions engine, BudgetPlanner planner)
{
    private TrainingSession? _session;
    private (int Examples, long? Budget) _planned;

    /// <summary>Gets the latest plan; null before the first.</summary>
    public TrainingPlan? Plan { get; private set; }

    /// <summary>Gets the memory budget of the latest plan; null for no limit.</summary>
    public long? Budget => _planned.Budget;

    /// <summary>Returns the session for a selection.</summary>
    /// <exception cref="BudgetTooSmallException">Training the selection needs more memory than the budget.</exception>
    public TrainingSession GetSession(ParameterSelection selection, int exampleCount, long? budget)
    {
        network.CheckCache(engine, examples, selection);
        TrainingWarnings.CheckStatistics(network, options, selection);
        (int Examples, long? Budget) planned = (engine.KeepsFeatures ? exampleCount : 0, budget);
        if (Plan is null || planned != _planned || !Plan.Selection.Equals(selection))
        {
            TrainingPlan plan = planner.Plan(selection, exampleCount, budget ?? long.MaxValue);

            // The old arena is freed first, so that two arenas are never held at the same time.
            Free();
            (Plan, _planned) = (plan, planned);
        }

        return _session ??= new TrainingSession(Plan, engine);
    }

    /// <summary>Frees the arena. The plan is kept.</summary>
    public void Free()
    {
        _session?.Dispose();
        _session = null;
    }
}
