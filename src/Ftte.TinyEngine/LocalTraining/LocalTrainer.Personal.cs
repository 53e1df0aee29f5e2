using System.Buffers;
using Ftte.TinyEngine.Personalization;

namespace Ftte.TinyEngine;

/// <content>Training of personal parameters.</content>
public sealed partial class LocalTrainer
{
    // The phases of a round have orders of examples of their own; the one that trains what is sent has the order of a round without personalization.
    private const ulong PhaseStream = 0x5045525350;
    private const ulong TuningStream = 0x54554E45;

    /// <summary>Trains the personal parameters on the examples of the device before the model is used; the shared parameters keep their values.</summary>
    /// <param name="parameters">The flat vector of the shared model.</param>
    /// <param name="cancellationToken">Cancels between two steps; the personal parameters are then not changed.</param>
    /// <returns>The summary of the run.</returns>
    /// <remarks>
    /// For people who did not take part in training, and with <see cref="FineTuning"/>. Follows <see cref="PersonalizationPolicy.Tuning"/>. The order of the examples follows from
    /// <see cref="SgdOptions.Seed"/> alone.
    /// </remarks>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">
    /// The trainer has no personal model, there are no examples, their number changed during the call, a label is not a class of the network, or another call has not ended.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public TrainingSummary Personalize(ReadOnlySpan<float> parameters, CancellationToken cancellationToken = default)
    {
        if (_personal is null)
        {
            throw new InvalidOperationException($"The trainer has no personal model. Create it with a {nameof(PersonalModel)}.");
        }

        _calls.Run(
            parameters,
            (vector, stop) =>
            {
                Network.CheckFits(vector);
                TrainCopy(_personal.Tuning, vector, _planned.Budget, _options, SplitMix64.At(_options.Seed ^ TuningStream, 0), stop);
            },
            cancellationToken);
        return LastRun;
    }

    /// <summary>Trains the personal copies of a round, which nothing else reads.</summary>
    private void TrainCopies(PersonalModel personal, ReadOnlySpan<float> received, long? budget, SgdOptions options, ulong seed, CancellationToken stop)
    {
        for (int i = 0; i < personal.Phases.Length - 1; i++)
        {
            TrainCopy(personal.Phases[i], received, budget, options, SeedOf(seed, i + 1), stop);
        }
    }

    private void TrainCopy(PersonalPhase phase, ReadOnlySpan<float> received, long? budget, SgdOptions options, ulong seed, CancellationToken stop)
    {
        ParameterSelection coordinates = _personal!.Coordinates;
        int exampleCount = CountExamples();
        TrainingSession session = SessionFor(coordinates, exampleCount, budget);
        using IMemoryOwner<float> buffer = _pool.Rent(coordinates.Count);
        Span<float> trained = buffer.Memory.Span[..coordinates.Count];
        coordinates.Gather(received, trained);
        if (!phase.StartsFromReceived)
        {
            _personal.Overlay(coordinates, trained);
        }

        Run(session, received, trained, exampleCount, phase.Apply(options), seed, stop);
        _personal.Keep(coordinates, trained);
    }

    /// <summary>Trains shared and personal parameters in one packed vector, keeps the personal ones, and leaves the packed vector of the server's selection.</summary>
    private void TrainOverlaid(
        PersonalModel personal,
        TrainingSession session,
        ParameterSelection selection,
        ReadOnlySpan<float> received,
        Span<float> trained,
        int exampleCount,
        SgdOptions options,
        ulong seed,
        CancellationToken stop)
    {
        ParameterSelection packed = session.Plan.Selection;
        personal.Overlay(packed, trained);
        for (int i = 0; i < personal.Phases.Length; i++)
        {
            PersonalPhase phase = personal.Phases[i];
            // Blocks are held as a whole, also those of which the server selects a part.
            ParameterSelection? held = phase.Part switch
            {
                TrainedPart.Personal => ParameterSelection.Full(Layout).Except(personal.Coordinates),
                TrainedPart.Shared => personal.Coordinates,
                _ => null,
            };

            // The server never trains its copy of personal blocks, so they are not kept close to it unless the phase asks for it.
            ParameterSelection? free = phase.Part == TrainedPart.Personal ? null : personal.Coordinates;
            var scope = new RunScope(Network, packed, [.. session.Plan.Gradients], held, free);
            Run(session, received, trained, exampleCount, phase.Apply(options), i == personal.Phases.Length - 1 ? seed : SeedOf(seed, i + 1), stop, scope);
        }

        personal.Keep(packed, trained);
        personal.Remove(packed, selection, received, trained);
    }

    /// <summary>Removes the importance of blocks that are never sent, so that the server does not select them.</summary>
    private void ClearPersonal(double[] importance)
    {
        for (int block = 0; block < importance.Length && _personal is { TrainsCopy: false }; block++)
        {
            if (_personal.Coordinates.Contains(Layout.RangeOf(block).Start))
            {
                importance[block] = 0;
            }
        }
    }

    private void CheckPersonal(PersonalModel? personal)
    {
        if (personal is null)
        {
            return;
        }

        if (personal.Network.Layout.Fingerprint != Layout.Fingerprint || personal.Normalization != _options.Normalization)
        {
            throw new ArgumentException(
                $"The personal model has {personal.Network.Layout} and {personal.Normalization} normalization, but the trainer has {Layout} and {_options.Normalization}. Create both with the same network and normalization.",
                nameof(personal));
        }

        foreach (PersonalPhase phase in personal.Phases.Append(personal.Tuning))
        {
            phase.Apply(_options);
        }
    }

    private static ulong SeedOf(ulong roundSeed, int phase) => SplitMix64.At(roundSeed ^ PhaseStream, (ulong)phase);
}
