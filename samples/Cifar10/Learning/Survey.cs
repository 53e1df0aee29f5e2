using Ftte;
using Ftte.TinyEngine;

namespace Cifar10.Learning;

/// <summary>Asks devices what training each block would be worth, as a server does before it chooses; it needs no data of its own.</summary>
internal static class Survey
{
    private const int Asked = 20;

    /// <summary>Asks the first devices and combines what they say.</summary>
    public static BlockImportance Ask(Network network, ReadOnlySpan<float> parameters, IReadOnlyList<Cifar10Examples> devices, ulong seed)
    {
        var survey = new ImportanceSurvey(network.Layout);
        var probe = new GradientEnergyProbe(network);
        for (int device = 0; device < Math.Min(Asked, devices.Count); device++)
        {
            ProbeResult result = probe.Measure(parameters, devices[device], seed + (ulong)device, default);
            survey.TryAdd([.. result.Importance.Values.Select(value => (float)value)]);
        }

        return survey.Combine();
    }
}
