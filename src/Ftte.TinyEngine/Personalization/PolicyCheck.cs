namespace Ftte.TinyEngine.Personalization;

/// <summary>Validates policies, which other assemblies can derive.</summary>
internal static class PolicyCheck
{
    /// <summary>Validates the coordinates and the phases of a policy.</summary>
    /// <exception cref="ArgumentException">The policy contradicts itself or does not fit the network.</exception>
    public static void Validate(Network network, NormalizationMode normalization, ParameterSelection coordinates, PersonalPhase[] phases, PersonalPhase tuning)
    {
        ParameterSelection trainable = network.GetTrainable(normalization);
        if (coordinates.ParameterCount != trainable.ParameterCount || coordinates.Count == 0 || coordinates.Except(trainable).Count > 0)
        {
            throw Invalid($"selects {coordinates.Count} of {coordinates.ParameterCount} parameters. Select at least one block that training changes");
        }

        foreach (ParameterBlock block in network.Layout.Blocks)
        {
            int missing = ParameterSelection.Create(coordinates.ParameterCount, [block.Range]).Except(coordinates).Count;
            if (missing > 0 && missing < block.Range.Length)
            {
                throw Invalid($"selects a part of block '{block.Name}'. Select whole blocks");
            }
        }

        bool hasCopy = phases.Any(phase => phase.Part == TrainedPart.Received);
        bool isConsistent = phases.Length > 0 && (hasCopy
            ? phases[^1].Part == TrainedPart.Received && phases[..^1].All(phase => phase.Part == TrainedPart.Personal)
            : phases.All(phase => Enum.IsDefined(phase.Part)));
        if (!isConsistent)
        {
            throw Invalid($"has the phases {string.Join(", ", phases.Select(phase => phase.Part))}. A phase of {nameof(TrainedPart.Received)} must be the last one, after phases of {nameof(TrainedPart.Personal)}");
        }

        if (tuning.Part != TrainedPart.Personal)
        {
            throw Invalid($"tunes {tuning.Part}. Tuning must train {nameof(TrainedPart.Personal)}");
        }
    }

    private static ArgumentException Invalid(string fault) => new($"The policy {fault}.");
}
