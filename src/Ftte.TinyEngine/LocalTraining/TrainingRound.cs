using System.Buffers;
using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace Ftte.TinyEngine;

/// <summary>Trains an assignment and packs the update.</summary>
internal sealed class TrainingRound(SessionCache sessions, ExampleTraining training, PersonalTraining? personal, TrainingWarnings warnings, SgdOptions options, MemoryPool<float> pool)
{
    public SparseUpdate Train(TrainingAssignment assignment, ReadOnlySpan<float> received, ulong seed, CancellationToken stop)
    {
        ParameterSelection selection = assignment.Selection, packed = Extend(selection);
        SgdOptions scaled = options.Scale(assignment.StepScale).ReportTo(assignment.Progress);
        if (personal is { Model.TrainsCopy: true })
        {
            personal.TrainCopies(received, assignment.MemoryBudgetBytes, scaled, seed, stop);
        }

        int exampleCount = training.CountExamples();
        TrainingSession session = sessions.GetSession(packed, exampleCount, assignment.MemoryBudgetBytes);
        IMemoryOwner<float> buffer = pool.Rent(Math.Max(1, packed.Count));
        try
        {
            Span<float> trained = buffer.Memory.Span[..packed.Count];
            packed.Gather(received, trained);
            if (personal is { Model.TrainsCopy: false })
            {
                warnings.CheckShared(selection, personal.Model);
                personal.TrainOverlaid(session, selection, received, trained, exampleCount, scaled, seed, stop);
                trained = trained[..selection.Count];
            }
            else
            {
                training.Run(session, received, trained, exampleCount, scaled, seed, stop);
            }

            if (assignment.Content == UpdateContent.Difference)
            {
                Subtract(selection.Ranges, received, trained);
            }
        }
        catch
        {
            buffer.Dispose();
            throw;
        }

        return new SparseUpdate(assignment.CreateHeader((int)Math.Min(exampleCount, training.LastRun.Examples)), buffer, selection.Count);
    }

    /// <summary>Computes and stores the missing features of all examples before a round.</summary>
    public void Prepare(ParameterSelection selection, ReadOnlySpan<float> received, CancellationToken stop)
    {
        int exampleCount = training.CountExamples();
        selection = Extend(selection);
        TrainingSession session = sessions.GetSession(selection, exampleCount, sessions.Budget);
        using IMemoryOwner<float> buffer = pool.Rent(Math.Max(1, selection.Count));
        Span<float> selected = buffer.Memory.Span[..selection.Count];
        selection.Gather(received, selected);
        training.KeepFeatures(session, received, selected, exampleCount, stop);
    }

    private static void Subtract(ImmutableArray<ParameterRange> ranges, ReadOnlySpan<float> received, Span<float> trained)
    {
        foreach (ParameterRange range in ranges)
        {
            Span<float> values = trained[..range.Length];
            TensorPrimitives.Subtract(values, received.Slice(range.Start, range.Length), values);
            trained = trained[range.Length..];
        }
    }

    private ParameterSelection Extend(ParameterSelection selection) => personal?.Model.Extend(selection) ?? selection;
}
