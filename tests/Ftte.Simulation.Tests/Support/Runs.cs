using System.Collections.Immutable;

namespace Ftte.Simulation.Tests;

/// <summary>Runs of the toy task.</summary>
internal static class Runs
{
    public static Task<SimulationResult> RunAsync(
        SimulationRule rule, ImmutableArray<SimulatedDevice> devices, SimulationOptions options, ILearningTask? task = null, CancellationToken cancellationToken = default) =>
        Simulator.RunAsync(rule, ToyTask.Start, devices, task ?? new ToyTask(), options, cancellationToken);

    /// <summary>Everything of a result that must be the same bits.</summary>
    public static string Fingerprint(SimulationResult result) => string.Join('\n', [
        .. result.Points.Select(point => $"{point}"),
        .. result.Jobs.Select(job => $"{job}"),
        $"{result.Totals} {result.Duration}",
        Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(result.Model!.Parameters.Span)),
    ]);

    public static SimulationRule FedBuff(int capacity = 5, int concurrency = 20) => SimulationRule.FedBuff(ToyTask.Everything, capacity, concurrency);

    public static SimulationRule TinyRule(int capacity = 5, int concurrency = 20) => SimulationRule.Ftte(ParameterSelection.OfBlocks(ToyTask.Layout, "b"), capacity, concurrency);

    public static SimulationRule Sync(int cohort, double overSelection = 1) => SimulationRule.FedAvg(ToyTask.Everything, cohort, overSelection);
}
