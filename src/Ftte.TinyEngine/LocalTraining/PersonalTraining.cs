using System.Buffers;
using Ftte.TinyEngine.Personalization;

namespace Ftte.TinyEngine;

/// <summary>Trains the personal parameters of a device.</summary>
internal sealed class PersonalTraining(Network network, PersonalModel personal, SessionCache sessions, ExampleTraining training, MemoryPool<float> pool)
{
    // The phases of a round have orders of examples of their own; the one that trains what is sent has the order of a round without personalization.
    private const ulong PhaseStream = 0x5045525350;
    private const ulong TuningStream = 0x54554E45;

    /// <summary>Gets the personal model.</summary>
    public PersonalModel Model => personal;

    /// <summary>Validates that a personal model fits a trainer.</summary>
    /// <exception cref="ArgumentException">The network or the normalization differs, or a phase is not valid with the options.</exception>
    public static void Check(PersonalModel personal, ParameterLayout layout, SgdOptions options)
    {
        if (personal.Network.Layout.Fingerprint != layout.Fingerprint || personal.Normalization != options.Normalization)
        {
            throw new ArgumentException(
                $"The personal model has {personal.Network.Layout} and {personal.Normalization} normalization, but the trainer has {layout} and {options.Normalization}. Create both with the same network and normalization.",
                nameof(personal));
        }

        foreach (PersonalPhase phase in personal.Phases.Append(personal.Tuning))
        {
            phase.Apply(options);
        }
    }

    /// <summary>Trains the personal parameters before the model is used, within a budget or that of the latest plan.</summary>
    public void Tune(ReadOnlySpan<float> received, long? budget, SgdOptions options, CancellationToken stop)
    {
        network.CheckFits(received);
        TrainCopy(personal.Tuning, received, budget ?? sessions.Budget, options, SplitMix64.At(options.Seed ^ TuningStream, 0), stop);
    }

    /// <summary>Trains the personal copies of a round, which nothing else reads.</summary>
    public void TrainCopies(ReadOnlySpan<float> received, long? budget, SgdOptions options, ulong seed, CancellationToken stop)
    {
        for (int i = 0; i < personal.Phases.Length - 1; i++)
        {
            TrainCopy(personal.Phases[i], received, budget, options, SeedOf(seed, i + 1), stop);
        }
    }

    /// <summary>Trains shared and personal parameters in one packed vector, keeps the personal ones, and leaves the packed vector of the server's selection.</summary>
    public void TrainOverlaid(
        TrainingSession session, ParameterSelection selection, ReadOnlySpan<float> received, Span<float> trained, int exampleCount, SgdOptions options, ulong seed, CancellationToken stop)
    {
        ParameterSelection packed = session.Plan.Selection;
        personal.Overlay(packed, trained);
        for (int i = 0; i < personal.Phases.Length; i++)
        {
            PersonalPhase phase = personal.Phases[i];
            // Blocks are held as a whole, also those of which the server selects a part.
            ParameterSelection? held = phase.Part switch
            {
                TrainedPart.Personal => ParameterSelection.Full(network.Layout).Except(personal.Coordinates),
                TrainedPart.Shared => personal.Coordinates,
                _ => null,
            };

            // The server never trains its copy of personal blocks, so they are not kept close to it unless the phase asks for it.
            ParameterSelection? free = phase.Part == TrainedPart.Personal ? null : personal.Coordinates;
            var scope = new RunScope(network, packed, [.. session.Plan.Gradients], held, free);
            training.Run(session, received, trained, exampleCount, phase.Apply(options), i == personal.Phases.Length - 1 ? seed : SeedOf(seed, i + 1), stop, scope);
        }

        personal.Keep(packed, trained);
        personal.Remove(packed, selection, received, trained);
    }

    /// <summary>Removes the importance of blocks that are never sent, so that the server does not select them.</summary>
    public void ClearImportance(double[] importance)
    {
        for (int block = 0; block < importance.Length && !personal.TrainsCopy; block++)
        {
            if (personal.Coordinates.Contains(network.Layout.RangeOf(block).Start))
            {
                importance[block] = 0;
            }
        }
    }

    private static ulong SeedOf(ulong roundSeed, int phase) => SplitMix64.At(roundSeed ^ PhaseStream, (ulong)phase);

    private void TrainCopy(PersonalPhase phase, ReadOnlySpan<float> received, long? budget, SgdOptions options, ulong seed, CancellationToken stop)
    {
        ParameterSelection coordinates = personal.Coordinates;
        int exampleCount = training.CountExamples();
        TrainingSession session = sessions.GetSession(coordinates, exampleCount, budget);
        using IMemoryOwner<float> buffer = pool.Rent(coordinates.Count);
        Span<float> trained = buffer.Memory.Span[..coordinates.Count];
        coordinates.Gather(received, trained);
        if (!phase.StartsFromReceived)
        {
            personal.Overlay(coordinates, trained);
        }

        training.Run(session, received, trained, exampleCount, phase.Apply(options), seed, stop);
        personal.Keep(coordinates, trained);
    }
}
