namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A trainer: its only example is a target vector, and one round goes the whole way to it, on the selected coordinates.</summary>
internal sealed class PullTrainer(ParameterLayout layout, params float[] target) : ILocalTrainer
{
    public ParameterLayout Layout => layout;

    public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ParameterSelection selection = assignment.Selection;
        float[] step = new float[selection.Count], received = new float[selection.Count];
        selection.Gather(target, step);
        if (assignment.Content == UpdateContent.Difference)
        {
            selection.Gather(parameters.Span, received);
            for (int i = 0; i < step.Length; i++)
            {
                step[i] -= received[i];
            }
        }

        return new(SparseUpdate.Create(assignment.CreateHeader(exampleCount: 1), step));
    }
}
