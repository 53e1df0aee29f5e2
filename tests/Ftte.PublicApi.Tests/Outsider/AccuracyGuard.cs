using Ftte.Aggregation;
using Ftte.TinyEngine;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A version guard: refuses a version whose accuracy on the server's examples is too low.</summary>
internal sealed class AccuracyGuard(Network network, IExampleSource examples, double minAccuracy) : IVersionGuard
{
    public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step)
    {
        double accuracy = network.Evaluate(candidate.Parameters.Span, examples).Accuracy;
        return accuracy >= minAccuracy ? null : $"The accuracy of the step of {step.UpdateCount} updates is {accuracy:P1}, less than {minAccuracy:P1}.";
    }
}
