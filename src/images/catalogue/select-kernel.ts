import { assetError } from '../../model/errors.ts';
import type { ImageRecipe } from './recipe.ts';

/**
 * The recipe with or without its second kernel: `hwe` keeps it, so that the menu offers both.
 * @throws PxectlError E_NOT_FOUND when `hwe` is wanted and the image has none
 */
export function selectKernels(recipe: ImageRecipe, choice: 'default' | 'hwe'): ImageRecipe {
  const isHwe = (role: string): boolean => role === 'kernel-hwe' || role === 'initrd-hwe';
  if (choice === 'default') return { ...recipe, files: recipe.files.filter((file) => !isHwe(file.role)) };
  if (recipe.files.some((file) => isHwe(file.role))) return recipe;
  throw assetError('E_NOT_FOUND', {
    what: `${recipe.title} has no HWE kernel`,
    next: 'leave out --kernel hwe: only Ubuntu LTS point releases have one',
  });
}
