using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents batch normalization with the statistics of the batch, bound to its tensors.</summary>
internal sealed unsafe class PlannedBatchNorm : PlannedOperation
{
    private readonly BatchNorm _op;
    private readonly int _channels;
    private readonly int _pixels;
    private readonly PlannedVector _scale;
    private readonly PlannedVector _shift;
    private readonly PlannedBlock _runningMean;
    private readonly PlannedBlock _runningVariance;

    private PlannedBatchNorm(BatchNorm op, PlanBuilder plan)
    {
        (_op, _channels, _pixels) = (op, op.Channels, op.Output.Shape.Pixels);
        _scale = PlannedVector.Plan(op.Parameters[0], "weight", plan, isReadBackward: true);
        _shift = PlannedVector.Plan(op.Parameters[1], "bias", plan);
        _runningMean = PlannedBlock.Create(plan.Selection, op.Parameters[2], _channels, plan.Settings.ReadsFrozenInPlace);
        _runningVariance = PlannedBlock.Create(plan.Selection, op.Parameters[3], _channels, plan.Settings.ReadsFrozenInPlace);
    }

    public override int ForwardPhases => 3;

    public override int BackwardPhases => YGradient is null ? 0 : 3;

    public override bool IsForwardShared(int phase) => phase != 1;

    public override bool IsBackwardShared(int phase) => phase == 1;

    private Tensor X { get; init; } = null!;

    private Tensor Y { get; init; } = null!;

    /// <summary>Gets the mean and the inverse deviation of each channel.</summary>
    private Tensor Statistics { get; init; } = null!;

    /// <summary>Gets the variance, and later the factor and the offset, of each channel while the operation runs.</summary>
    private Tensor Affine { get; init; } = null!;

    private Tensor? YGradient { get; init; }

    private InputGradientTarget? XGradient { get; init; }

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedBatchNorm Plan(BatchNorm op, PlanBuilder plan)
    {
        Tensor x = plan.Read(op.Input);
        Tensor y = plan.WriteInPlace(keepsInput: plan.RunsBackward);
        long bytes = 2 * sizeof(float) * (long)op.Channels;
        Tensor statistics = plan.RunsBackward ? plan.AddKept("statistics", bytes, examples: 1) : plan.ForwardScratch("statistics", bytes)!;
        if (plan.RunsBackward)
        {
            plan.Keep(x);
        }

        plan.ShareGradient(op.Input);
        return new PlannedBatchNorm(op, plan)
        {
            X = x,
            Y = y,
            Statistics = statistics,
            Affine = plan.ForwardScratch("affine", 3 * sizeof(float) * (long)op.Channels)!,
            XGradient = plan.RunsBackward ? plan.InputGradient(op.Input) : null,
            YGradient = plan.OutputGradient(),
        };
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        float* x = pass.Floats(X);
        float* mean = pass.Floats(Statistics), inverse = mean + _channels;
        float* variance = pass.Floats(Affine), factor = variance + _channels, offset = factor + _channels;
        if (phase == 0)
        {
            (int first, int last) = pass.Share(_channels, worker, 16);
            BatchNormKernel.Statistics(x, (long)pass.Examples * _pixels, _channels, mean, inverse, variance, _op.Epsilon, first, last);
        }
        else if (phase == 1)
        {
            if (worker == 0)
            {
                _scale.Assemble(pass);
                _shift.Assemble(pass);
                FrozenNorm.Prepare(_scale.Get(pass), _shift.Get(pass), mean, inverse, _channels, factor, offset);
                Follow(pass, mean, variance);
            }
        }
        else
        {
            (int first, int last) = pass.Share(pass.Examples * _pixels, worker, 16);
            long at = (long)first * _channels;
            FrozenNorm.Forward(x + at, factor, offset, pass.Floats(Y) + at, last - first, _channels);
        }
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        float* dy = pass.Floats(YGradient!);
        float* mean = pass.Floats(Statistics);
        if (phase == 0 && worker == 0)
        {
            _scale.Assemble(pass, isBackward: true);
            _scale.BeginGradient(pass);
            _shift.BeginGradient(pass);
        }
        else if (phase == 1)
        {
            (int first, int last) = pass.Share(_channels, worker, 16);
            float* dx = XGradient is null ? null : pass.Floats(XGradient.Tensor);
            BatchNormKernel.Backward(
                dy,
                pass.Floats(X),
                mean,
                mean + _channels,
                _scale.Get(pass, isBackward: true),
                dx,
                XGradient is { Adds: true },
                (long)pass.Examples * _pixels,
                _channels,
                _scale.GradientOf(pass),
                _shift.GradientOf(pass),
                first,
                last);
        }
        else if (phase == 2 && worker == 0)
        {
            _scale.ConsumeGradient(pass);
            _shift.ConsumeGradient(pass);
        }
    }

    /// <summary>Updates the selected running statistics from those of the batch. The running variance is unbiased.</summary>
    private void Follow(TrainingPass pass, float* mean, float* variance)
    {
        if (pass.Seed is null)
        {
            return;
        }

        float count = (float)pass.Examples * _pixels;
        float unbiased = count > 1 ? count / (count - 1) : 1;
        Follow(pass, _runningMean, mean, 1);
        Follow(pass, _runningVariance, variance, unbiased);
    }

    private static void Follow(TrainingPass pass, PlannedBlock running, float* batch, float factor)
    {
        foreach (WeightTile tile in running.TrainedTiles)
        {
            for (int i = 0; i < tile.Columns; i++)
            {
                float* value = pass.Trained + tile.Offset + i;
                *value = ((1 - BatchNorm.StatisticsMomentum) * *value) + (BatchNorm.StatisticsMomentum * factor * batch[tile.Column + i]);
            }
        }
    }
}
