using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ftte.Simulation;

namespace Cifar10.Converge;

/// <summary>Represents a finished run.</summary>
/// <param name="Problem">The name of the problem.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Final">The final test.</param>
/// <param name="Result">The course of the run.</param>
/// <param name="Devices">The devices of the run.</param>
internal sealed record ConvergeResult(string Problem, ConvergeRule Rule, ulong Seed, FinalTest Final, SimulationResult Result, ImmutableArray<SimulatedDevice> Devices)
{
    /// <summary>Gets the line of a target.</summary>
    /// <param name="target">The accuracy.</param>
    public ConvergeLine At(double target)
    {
        EvaluationPoint? reached = Result.WhenReached(target);
        return new ConvergeLine(
            Problem,
            Rule.Name,
            $"{Rule.Format}".ToLowerInvariant(),
            Seed,
            target,
            reached?.Time.TotalSeconds,
            reached?.BytesUp,
            reached?.BytesDown,
            reached?.Trips,
            reached?.MultiplyAdds,
            reached is { } point ? GroupCosts.Of(Result, Devices, until: point.Time).Sum(costs => costs.Joules) : null,
            Result.Totals.PeakDeviceBytes,
            Final.Accuracy,
            Final.WorstTenth);
    }
}

/// <summary>Represents the test of the last model on all test examples.</summary>
/// <param name="Accuracy">The accuracy.</param>
/// <param name="WorstTenth">The mean accuracy of the tenth of the devices for which the model is worst.</param>
internal sealed record FinalTest(double Accuracy, double WorstTenth)
{
    public string ToJson() => JsonSerializer.Serialize(this, FinalTestJson.Default.FinalTest);

    public static FinalTest? FromJson(string text) => JsonSerializer.Deserialize(text, FinalTestJson.Default.FinalTest);
}

[JsonSerializable(typeof(FinalTest))]
internal sealed partial class FinalTestJson : JsonSerializerContext;
