using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Importance;

namespace SelectionStudy.Learning;

/// <summary>Collects the importance of each block from devices, as a server without data does before a selection.</summary>
internal static class Survey
{
    private const int Asked = 20;

    /// <summary>Measures importance on the first devices and combines the results.</summary>
    public static BlockImportance Ask(Network network, float[] parameters, IReadOnlyList<Cifar10Examples> devices, ulong seed, CancellationToken cancellationToken)
    {
        var survey = new ImportanceSurvey(network.Layout);
        var probe = new GradientEnergyProbe(network);
        foreach ((Cifar10Examples examples, int device) in devices.Take(Asked).Select((d, i) => (d, i)))
        {
            ProbeResult result = probe.Measure(parameters, examples, seed + (ulong)device, cancellationToken);
            survey.TryAdd([.. result.Importance.Values.Select(v => (float)v)]);
        }

        return survey.Combine();
    }
}
