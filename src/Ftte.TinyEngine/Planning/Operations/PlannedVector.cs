using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents a block with one value per channel, such as a bias, with its values in both passes and the destination of its gradient.</summary>
internal sealed unsafe class PlannedVector
{
    private readonly PlannedBlock _block;
    private readonly PlannedGradient? _gradient;
    private readonly Tensor? _forward;
    private readonly Tensor? _backward;
    private readonly Tensor? _tile;

    private PlannedVector(PlanBuilder plan, PlannedBlock block, string suffix, bool isReadBackward, bool hasGradient)
    {
        _block = block;
        _forward = plan.ForwardScratch(suffix, block.AssemblyBytes);
        _backward = isReadBackward ? plan.BackwardScratch(suffix, block.AssemblyBytes) : null;
        if (block.IsTrained && hasGradient)
        {
            _gradient = plan.AddGradient(PlannedGradient.Whole(block, isVector: true));
            bool sumsInPlace = _gradient.IsDense && plan.Settings.Accumulates;
            _tile = sumsInPlace ? null : plan.BackwardScratch($"{suffix}.gradient", sizeof(float) * (long)block.Columns);
        }
    }

    public bool IsTrained => _gradient is not null;

    /// <summary>Declares the tensors of the vector and their uses.</summary>
    public static PlannedVector Plan(ParameterBlock block, string suffix, PlanBuilder plan, bool isReadBackward = false, bool hasGradient = true) =>
        new(plan, PlannedBlock.Create(plan.Selection, block, block.Range.Length, plan.Settings.ReadsFrozenInPlace), suffix, isReadBackward, hasGradient);

    /// <summary>Copies trained and frozen values into one vector, if necessary. Called by one worker, in a phase before the vector is read.</summary>
    public void Assemble(TrainingPass pass, bool isBackward = false)
    {
        if (_block.IsAssembled)
        {
            _block.Assemble(pass, pass.Floats((isBackward ? _backward : _forward)!));
        }
    }

    /// <summary>Gets the values.</summary>
    public float* Get(TrainingPass pass, bool isBackward = false) => _block.Get(pass, isBackward ? _backward : _forward);

    /// <summary>Initializes the gradient with the sums of earlier micro-batches. Called by one worker, in a phase before values are added.</summary>
    public float* BeginGradient(TrainingPass pass)
    {
        if (_tile is not null)
        {
            _gradient!.Begin(pass, pass.Floats(_tile), 0, _block.Columns);
        }

        return GradientOf(pass);
    }

    /// <summary>Gets the gradient, to which values are added; null if no value of the vector is trained.</summary>
    public float* GradientOf(TrainingPass pass) =>
        _tile is not null ? pass.Floats(_tile) : _gradient is not null ? pass.Accumulators + _gradient.Offset : null;

    /// <summary>Applies the gradient or adds it to the sums.</summary>
    public void ConsumeGradient(TrainingPass pass)
    {
        if (_tile is not null)
        {
            _gradient!.Consume(pass, pass.Floats(_tile), 0, _block.Columns);
        }
    }
}
