using Ftte.TinyEngine.Importance;

namespace Ftte.TinyEngine;

/// <summary>Measures importance within the memory of a device.</summary>
internal sealed class DeviceProbe(Network network, IExampleSource examples, ProbeOptions options, EngineOptions engine, long personalBytes)
{
    private GradientEnergyProbe? _probe;
    private long _budget;

    /// <summary>Gets the latest result; null before the first.</summary>
    public ProbeResult? Latest { get; private set; }

    public ProbeResult Measure(ReadOnlySpan<float> parameters, long memoryBudgetBytes, ulong seed, CancellationToken stop) =>
        Latest = Within(memoryBudgetBytes).Measure(parameters, examples, seed, stop);

    /// <summary>Divides energies by their sum, because a sum of squares can exceed the range of float32. If the sum is 0, all values are 0.</summary>
    public static float[] Normalize(double[] energies)
    {
        double largest = energies.Max();
        double sum = energies.Sum(e => e / largest);
        return [.. energies.Select(e => largest > 0 ? (float)(e / largest / sum) : 0)];
    }

    /// <summary>Returns the probe for a budget. Groups of blocks are cached, because budgets rarely change.</summary>
    private GradientEnergyProbe Within(long memoryBudgetBytes)
    {
        long budget = Math.Min(memoryBudgetBytes, options.MemoryBudgetBytes ?? long.MaxValue);
        if (_probe is null || budget != _budget)
        {
            ProbeOptions limited = options.Copy();
            limited.MemoryBudgetBytes = budget;
            (_probe, _budget) = (new GradientEnergyProbe(network, limited, engine.Memory, personalBytes, engine.ParametersAreMapped), budget);
        }

        return _probe;
    }
}
