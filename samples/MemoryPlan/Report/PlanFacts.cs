using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Selection;
using MemoryPlan.Planning;

namespace MemoryPlan.Report;

/// <summary>Represents all facts of a plan.</summary>
internal sealed record PlanFacts
{
    public required string Model { get; init; }

    public required int Parameters { get; init; }

    public required int TrainableParameters { get; init; }

    public required int TrainedParameters { get; init; }

    public required double TrainedShare { get; init; }

    public required int Batch { get; init; }

    public required int MicroBatch { get; init; }

    public required string Selector { get; init; }

    public required string Importance { get; init; }

    public required string Frozen { get; init; }

    public required ImmutableArray<double> Shares { get; init; }

    public required ulong Seed { get; init; }

    public required BudgetFacts Budgets { get; init; }

    public required CertificateFacts Certificate { get; init; }

    /// <summary>Gets the memory of training, planned to the byte.</summary>
    public required long PlanPeakBytes { get; init; }

    /// <summary>Gets the memory that a framework without a planner takes to train all parameters.</summary>
    public required long EagerBytes { get; init; }

    public required double SavedShare { get; init; }

    public required bool Verified { get; init; }

    public required IReadOnlyList<string> Faults { get; init; }

    public required ImmutableArray<PlannedLayer> Layers { get; init; }

    public required ImmutableArray<StepFacts> Steps { get; init; }

    /// <summary>Gets the frontier of all selectors; null if it was not requested.</summary>
    public Frontier? Frontier { get; init; }

    /// <summary>Creates the facts of a plan.</summary>
    public static PlanFacts Of(PlanOptions options, DevicePlan plan, Frontier? frontier) => new()
    {
        Model = options.Model,
        Parameters = plan.Problem.Network.Layout.ParameterCount,
        TrainableParameters = plan.Problem.Network.Trainable.Count,
        TrainedParameters = plan.Result.Selection.Count,
        TrainedShare = plan.TrainedShare,
        Batch = plan.Training.BatchSize,
        MicroBatch = plan.Training.MicroBatchSize,
        Selector = options.Selector,
        Importance = options.Importance.ToString().ToLowerInvariant(),
        Frozen = options.Frozen.ToString().ToLowerInvariant(),
        Shares = options.Shares,
        Seed = options.Seed,
        Budgets = new BudgetFacts(options.BudgetBytes, plan.Request.MemoryBudgetBytes, options.PayloadBytes, options.Compute),
        Certificate = CertificateFacts.Of(plan),
        PlanPeakBytes = plan.Training.PeakBytes,
        EagerBytes = plan.Training.EagerBytes,
        SavedShare = plan.SavedShare,
        Verified = plan.Faults.Count == 0,
        Faults = plan.Faults,
        Layers = PlannedLayer.Of(plan),
        Steps = StepFacts.Of(plan),
        Frontier = frontier,
    };
}

/// <summary>Represents the budgets. The memory of the selection is below the budget if gaps between tensors take memory.</summary>
internal sealed record BudgetFacts(long MemoryBytes, long ChosenWithBytes, long? PayloadBytes, long? MultiplyAdds);

/// <summary>Represents the certificate; bound and gap are null if the selector gives no bound.</summary>
internal sealed record CertificateFacts(
    double Objective,
    double ObjectiveShare,
    double? UpperBound,
    double? Gap,
    long PeakBytes,
    string BindingStep,
    string BindingPass,
    long MemorySlackBytes,
    long PayloadBytes,
    long? PayloadSlackBytes,
    long MultiplyAdds,
    long? ComputeSlack)
{
    public static CertificateFacts Of(DevicePlan plan)
    {
        SelectionCertificate certificate = plan.Certificate;
        Peak binding = plan.Binding;
        return new CertificateFacts(
            certificate.Objective, plan.ObjectiveShare, certificate.UpperBound, certificate.Gap, binding.Bytes, binding.Name, binding.Pass,
            certificate.MemorySlackBytes, certificate.PayloadBytes, certificate.PayloadSlackBytes, certificate.MultiplyAdds, certificate.ComputeSlack);
    }
}

/// <summary>Represents a step of the timeline.</summary>
/// <param name="Name">The name of the step.</param>
/// <param name="Choice">A description of the trained part; null for none.</param>
/// <param name="ForwardBytes">All bytes in use while it runs forward.</param>
/// <param name="BackwardBytes">All bytes in use while it runs backward; 0 if it does not.</param>
internal sealed record StepFacts(string Name, string? Choice, long ForwardBytes, long BackwardBytes)
{
    public static ImmutableArray<StepFacts> Of(DevicePlan plan) =>
    [
        .. plan.Request.Profile.Steps.Select((step, t) => new StepFacts(
            step.Name,
            plan.Certificate.Choices[t] is >= 0 and int choice ? step.Choices[choice].Name : null,
            plan.Certificate.Timeline.Forward[t],
            plan.Certificate.Timeline.Backward[t])),
    ];
}

/// <summary>Writes the facts as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PlanFacts))]
internal sealed partial class PlanJson : JsonSerializerContext
{
    public static void Write(string path, PlanFacts facts) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(facts, Default.PlanFacts) + "\n");
}
